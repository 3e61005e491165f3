package io.kontiki.chaos.check;

import io.kontiki.chaos.history.Operation.Acks;
import io.kontiki.chaos.history.Operation.Send;
import io.kontiki.chaos.history.Outcome;
import java.util.Arrays;

/** What one producer sent to one partition, by sequence. A run has millions of records, hence the arrays. */
final class SentLog {
    private static final byte NOT_SENT = -1;
    private static final Outcome[] OUTCOMES = Outcome.values();

    private byte[] outcomes = new byte[64];
    private long[] offsets = new long[64];
    private long[] completed = new long[64];
    private int size;
    private boolean idempotent = true;

    void add(Send send) {
        int index = Math.toIntExact(send.id().sequence());
        if (index >= outcomes.length) {
            int capacity = Math.max(index + 1, 2 * outcomes.length);
            outcomes = Arrays.copyOf(outcomes, capacity);
            offsets = Arrays.copyOf(offsets, capacity);
            completed = Arrays.copyOf(completed, capacity);
        }
        if (index >= size) {
            Arrays.fill(outcomes, size, index + 1, NOT_SENT);
            size = index + 1;
        }
        outcomes[index] = (byte) send.outcome().ordinal();
        offsets[index] = send.offset();
        completed[index] = send.completed();
        // With acks=1 the client repeats a batch without a sequence that brokers would know it by.
        idempotent &= send.acks() == Acks.ALL;
    }

    boolean idempotent() {
        return idempotent;
    }

    /** Sequences from 0 to below this were sent, but for those that {@link #sent} denies. */
    int size() {
        return size;
    }

    boolean sent(long sequence) {
        return sequence < size && outcomes[(int) sequence] != NOT_SENT;
    }

    Outcome outcome(long sequence) {
        return OUTCOMES[outcomes[(int) sequence]];
    }

    /** When the producer was told of its outcome. */
    long completed(long sequence) {
        return completed[(int) sequence];
    }

    /** As told with the acknowledgement, or {@link Send#NO_OFFSET}. */
    long offset(long sequence) {
        return offsets[(int) sequence];
    }
}
