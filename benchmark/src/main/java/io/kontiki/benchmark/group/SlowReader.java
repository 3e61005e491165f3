package io.kontiki.benchmark.group;

/** Reads a topic from its beginning, can stop for a while, and goes on then. */
interface SlowReader extends AutoCloseable {
    /** What it does, for people. */
    String name();

    /** From now on it takes nothing more than what is on its way. */
    void stop();

    /** It takes records again. */
    void goOn();

    /** What has come so far. */
    SequenceCheck check();

    @Override
    void close();
}
