package io.kontiki.measure;

import java.util.concurrent.atomic.LongAdder;

/** What goes from leaders to followers, on one broker since its start. Thread-safe. */
public final class ReplicationTraffic {
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final LatencyHistogram acknowledged = new LatencyHistogram();

    ReplicationTraffic() {}

    /** A leader elsewhere sent batches to a replica here. */
    public void onReceived(int bytes) {
        receivedBytes.add(bytes);
    }

    /** A leader here sent batches to a replica elsewhere. */
    public void onSent(int bytes) {
        sentBytes.add(bytes);
    }

    public long receivedBytes() {
        return receivedBytes.sum();
    }

    public long sentBytes() {
        return sentBytes.sum();
    }

    /** From when a leader here wanted to send to a follower, which is as soon as it has appended, until that had appended, too. */
    public LatencyHistogram acknowledged() {
        return acknowledged;
    }
}
