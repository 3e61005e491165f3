package io.kontiki.cli;

import java.util.Locale;

/** Where reading ends by itself. */
enum ReadUntil {
    /** Where the partitions ended when it began. */
    END;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
