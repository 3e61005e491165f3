package io.kontiki.benchmark.versus.load;

import java.util.function.Consumer;

/** A producer. Belongs to one thread; what it tells of a record comes on another one. */
interface RecordSink extends AutoCloseable {
    /** @param outcome gets null once the record is acknowledged, or why it will not be */
    void send(String topic, byte[] value, Consumer<Throwable> outcome);

    /** As {@link #send(String, byte[], Consumer)}, to this partition. */
    void send(String topic, int partition, byte[] value, Consumer<Throwable> outcome);

    /** Returns when the outcome of each record is told. */
    void flush();

    @Override
    void close();
}
