package io.kontiki.cli.output;

import java.util.Locale;

/** The forms in which one thing can be shown. */
public enum DocumentFormat {
    /** For people. */
    TABLE,
    /** One document. */
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
