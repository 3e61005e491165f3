package io.kontiki.client;

/** What set a value of a broker's configuration, the weakest first. */
public enum ConfigSource {
    /** Nothing: it is the default, or derived from others. */
    DEFAULT,
    /** What the broker read when it started: its file, its environment or its command line. */
    FILE,
    /** {@link Admin#alterConfigs} for the whole cluster. */
    CLUSTER,
    /** {@link Admin#alterConfigs} for this broker. */
    BROKER,
    /** One that this version of the client does not know. */
    UNKNOWN
}
