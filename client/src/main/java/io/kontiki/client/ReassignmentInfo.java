package io.kontiki.client;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A partition whose replicas are being moved.
 *
 * @param replicas ids of the brokers that hold it now, those that are being added among them
 * @param adding those of them that are being added
 * @param removing those of them that go when all that are added are in sync
 * @param isr those in sync
 * @param bytesPerSecondMax most that one broker sends to replicas that are being added; empty for no limit
 * @param progress of those that are being added, by broker; without those that do not tell now
 */
public record ReassignmentInfo(
        List<Integer> replicas,
        List<Integer> adding,
        List<Integer> removing,
        List<Integer> isr,
        OptionalLong bytesPerSecondMax,
        Map<Integer, Progress> progress) {
    /**
     * How far one replica is.
     *
     * @param copiedBytes bytes of the leader's log that it has
     * @param totalBytes bytes of the leader's log
     * @param offsetLag records that it does not have yet
     */
    public record Progress(long copiedBytes, long totalBytes, long offsetLag) {}
}
