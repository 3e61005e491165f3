package io.kontiki.partition;

import io.kontiki.log.LogSlice;
import io.kontiki.log.ReadMemory;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.replication.Effect;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Carries the messages of the replication protocol to other brokers. What arrives from them is handed to
 * {@link Partition}'s {@code on…} methods. Sending never blocks and never throws; what cannot be sent is dropped, and
 * the end of the stream is told. Called by event loops, and {@link #digest} by scrubs.
 */
public interface ReplicaTransport {
    /** Opens the stream to that leader if there is none. */
    void send(TopicPartition partition, Effect.SendAttach effect);

    void send(TopicPartition partition, Effect.SendAck effect);

    void send(TopicPartition partition, Effect.SendDetach effect);

    void send(TopicPartition partition, Effect.SendAttached effect);

    void send(TopicPartition partition, Effect.SendDiverged effect);

    void send(TopicPartition partition, Effect.SendRefused effect);

    /**
     * Sends the state of the log's start once the receiver takes more.
     *
     * @param read reads it; called on a thread that may block on the disk
     */
    void send(TopicPartition partition, Effect.SendReset effect, Supplier<LogStart> read);

    /**
     * Sends a push once the receiver takes more.
     *
     * @param atHand whether what is to be read was written just now, and is little: then it may be read and sent at once, by
     *     the caller's thread
     * @param read reads the batches to send into memory that is needed until they are sent; called before that, on a thread
     *     that may block on the disk unless it is at hand
     * @param sent told after the push was sent; never called if it was not
     */
    void push(
            TopicPartition partition,
            Effect.PushTo effect,
            boolean atHand,
            Function<ReadMemory, LogSlice> read,
            PushListener sent);

    /**
     * Asks a follower what its log holds in a range (rule R14).
     *
     * @return completes, on any thread and never with an exception, within minutes: the follower reads slowly
     */
    CompletableFuture<DigestAnswer> digest(int follower, TopicPartition partition, DigestQuestion question);

    /** Told what a push carried. */
    interface PushListener {
        /**
         * @param endOffset offset behind the last record sent
         * @param bytes size of the records sent
         */
        void onSent(long endOffset, int bytes);
    }
}
