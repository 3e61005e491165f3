package io.kontiki.benchmark.versus.cluster;

import java.util.Locale;

/** The systems that are compared. */
public enum Side {
    KAFKA,
    KONTIKI;

    /** As in tables and arguments. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
