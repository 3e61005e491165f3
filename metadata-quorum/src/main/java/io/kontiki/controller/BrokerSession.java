package io.kontiki.controller;

import java.util.OptionalLong;

/** What the controller remembers of one run of one broker. Lost with the controller; the next one starts anew. */
final class BrokerSession {
    /** What a broker can be sent to the log for. */
    enum Step {
        FENCE,
        UNFENCE,
        SHUT_DOWN
    }

    // Long enough for the log to apply a command that was not lost, short enough that a lost one costs little.
    private static final long REPEAT_NANOS = 1_000_000_000L;

    private final long brokerEpoch;
    private long heardNanos;
    private long appliedIndex;
    private OptionalLong stoppingSinceNanos = OptionalLong.empty();
    private OptionalLong shutDownIndex = OptionalLong.empty();
    private boolean fenceDecided;
    private boolean probed;
    private Step lastStep;
    private long lastStepNanos;

    BrokerSession(long brokerEpoch, long nowNanos) {
        this.brokerEpoch = brokerEpoch;
        this.heardNanos = nowNanos;
    }

    long brokerEpoch() {
        return brokerEpoch;
    }

    void onHeartbeat(long appliedIndex, long nowNanos) {
        this.appliedIndex = Math.max(this.appliedIndex, appliedIndex);
        this.heardNanos = nowNanos;
        this.probed = false;
    }

    /** Gives another full session. */
    void extend(long nowNanos) {
        heardNanos = nowNanos;
    }

    boolean isExpired(long sessionNanos, long nowNanos) {
        return nowNanos - heardNanos > sessionNanos;
    }

    long appliedIndex() {
        return appliedIndex;
    }

    /** How long ago the broker first asked to stop. */
    long stoppingForNanos(long nowNanos) {
        if (stoppingSinceNanos.isEmpty()) {
            stoppingSinceNanos = OptionalLong.of(nowNanos);
        }
        return nowNanos - stoppingSinceNanos.getAsLong();
    }

    /** First index at which the image was seen to show the broker as shutting down. */
    long shutDownIndex(long imageIndex) {
        if (shutDownIndex.isEmpty()) {
            shutDownIndex = OptionalLong.of(imageIndex);
        }
        return shutDownIndex.getAsLong();
    }

    /** It is to be fenced, whatever it sends from now on: it gets no lease any more (rule L16). */
    void decideFence() {
        fenceDecided = true;
    }

    /** The image shows it as fenced. */
    void onFenced() {
        fenceDecided = false;
    }

    boolean isFenceDecided() {
        return fenceDecided;
    }

    /** From now on the broker is worth a probe, until it is heard again. */
    void probe() {
        probed = true;
    }

    boolean isProbed() {
        return probed;
    }

    /** Whether to submit a command now; false while the same one may still be under way. */
    boolean take(Step step, long nowNanos) {
        if (step == lastStep && nowNanos - lastStepNanos < REPEAT_NANOS) {
            return false;
        }
        lastStep = step;
        lastStepNanos = nowNanos;
        return true;
    }
}
