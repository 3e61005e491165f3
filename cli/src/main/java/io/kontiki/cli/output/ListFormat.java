package io.kontiki.cli.output;

import java.util.Locale;

/** The forms in which a list can be shown. */
public enum ListFormat {
    /** Columns for people. */
    TABLE,
    /** More columns. */
    WIDE,
    /** One document. */
    JSON,
    /** One object per line. */
    JSONL,
    /** One name per line, for scripts. */
    NAME;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
