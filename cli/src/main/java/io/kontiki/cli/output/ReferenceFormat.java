package io.kontiki.cli.output;

import java.util.Locale;

/** The forms of a page of the reference. */
public enum ReferenceFormat {
    /** Tables as in the documentation. */
    MARKDOWN,
    /** One document. */
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
