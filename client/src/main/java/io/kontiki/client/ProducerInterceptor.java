package io.kontiki.client;

/**
 * Sees what a producer sends and what becomes of it, for tracing, counting or auditing. Called by many threads at once;
 * must not block. What an interceptor throws is logged and does no harm to the record or to other interceptors.
 *
 * <p>The producer keeps each record until its fate is told if it has interceptors, beyond
 * {@link Producer.Builder#bufferBytes}.
 */
public interface ProducerInterceptor {
    /**
     * A record is about to be sent. Called in {@code send} on the caller's thread, before the partition is chosen; each
     * interceptor gets what the one before it returned.
     *
     * @return the record to send, the same or one with further headers ({@link ProducerRecord#toBuilder})
     */
    default ProducerRecord onSend(ProducerRecord record) {
        return record;
    }

    /**
     * The record is written; with {@link Acks#NONE}, handed to the connection. Called before the future of the send
     * completes, on a thread of the producer.
     *
     * @param record as it was sent
     */
    default void onAcknowledged(ProducerRecord record, RecordMetadata metadata) {}

    /**
     * The record failed for good; {@link KontikiException#definite} tells whether it may be in the log all the same.
     * Called before the future of the send completes, on a thread of the producer or, if the record never got as far
     * as the buffer, of the caller.
     *
     * @param record as it was to be sent
     */
    default void onFailed(ProducerRecord record, KontikiException error) {}
}
