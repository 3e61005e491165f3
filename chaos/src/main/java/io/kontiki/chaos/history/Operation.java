package io.kontiki.chaos.history;

import java.util.List;

/** One line of a history. Times are nanoseconds since the run began, on the monotonic clock of the one harness. */
public sealed interface Operation {

    /** How many acknowledgements a producer asked for. */
    enum Acks {
        ALL,
        LEADER
    }

    /**
     * A record was sent, and what became of it. One that was never answered has an unknown outcome.
     *
     * @param invoked when it was handed to the client
     * @param completed when the client answered
     * @param offset where it is, as far as told; {@link #NO_OFFSET} else
     * @param error why not, for people; empty else
     */
    record Send(RecordId id, Acks acks, long invoked, long completed, Outcome outcome, long offset, String error)
            implements Operation {
        public static final long NO_OFFSET = -1;
    }

    /**
     * A consumer got records of one partition.
     *
     * @param moved whether the consumer was told to go elsewhere just before, so that these need not follow the last ones
     * @param records in the order in which the consumer got them
     */
    record Read(String consumer, int partition, long at, boolean moved, List<Seen> records) implements Operation {
        public Read {
            records = List.copyOf(records);
        }
    }

    /**
     * One record that was read.
     *
     * @param producer {@link #UNREADABLE} if the value is not what any producer of the workload would have sent
     */
    record Seen(long offset, int producer, long sequence) {
        public static final int UNREADABLE = -1;

        public boolean readable() {
            return producer != UNREADABLE;
        }
    }

    /** A consumer was refused for a reason that a retry does not mend. */
    record ReadFailed(String consumer, int partition, long at, String error) implements Operation {}

    /** A fault, from its first effect until it was taken back. */
    record Strike(String fault, String detail, long began, long ended) implements Operation {}

    /**
     * Who had the machine's processors in the second before: this harness, the brokers that it started, all others; each of
     * 1, which is all processors.
     */
    record Busy(long at, double harness, double brokers, double others) implements Operation {}

    /**
     * An operator had a leader elected that may hold less than was acknowledged, since no complete replica was left. With
     * {@code flush.mode=ack} there is no such thing: what is missing then is lost.
     *
     * @param from its end: what was acknowledged there and behind it is lost, as the operator was told
     */
    record GivenUp(int partition, long from, long at) implements Operation {
        public GivenUp at(long now) {
            return new GivenUp(partition, from, now);
        }
    }

    /** From now on nothing is broken on purpose, and every broker runs. */
    record Healed(long at) implements Operation {}

    /** Something that the harness itself noticed to be wrong. */
    record Noticed(Anomaly anomaly, long at, String detail) implements Operation {}
}
