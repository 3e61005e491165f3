package io.kontiki.cli;

import java.util.Locale;

/** The forms of records other than a format string. */
enum RecordOutput {
    /** One JSON object per line. */
    JSONL;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
