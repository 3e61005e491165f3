package io.kontiki.chaos.report;

import io.kontiki.chaos.history.Operation;
import io.kontiki.chaos.history.Operation.Busy;
import io.kontiki.chaos.history.Operation.Healed;
import io.kontiki.chaos.history.Operation.Send;
import io.kontiki.chaos.history.Operation.Strike;
import io.kontiki.chaos.history.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** A history second by second, for the picture. Not thread-safe. */
final class Timeline {
    private static final long SECOND = 1_000_000_000L;

    /** Between two acknowledgements; shorter ones are no gap worth a picture. */
    private static final long GAP_NANOS_MIN = SECOND / 2;

    /** No acknowledgement in [from, to), in nanoseconds. */
    record Gap(long from, long to) {}

    private long[] acknowledged = new long[64];
    private long[] slowest = new long[64];
    private int seconds;
    private long[] completions = new long[1024];
    private int completed;
    private final List<Busy> load = new ArrayList<>();
    private final List<Strike> strikes = new ArrayList<>();
    private OptionalLong healed = OptionalLong.empty();

    void onOperation(Operation operation) {
        if (operation instanceof Send send && send.outcome() == Outcome.OK) {
            onAcknowledged(send);
        } else if (operation instanceof Strike strike) {
            strikes.add(strike);
        } else if (operation instanceof Busy busy) {
            load.add(busy);
        } else if (operation instanceof Healed now) {
            healed = OptionalLong.of(now.at());
        }
    }

    private void onAcknowledged(Send send) {
        int second = (int) (send.completed() / SECOND);
        if (second >= acknowledged.length) {
            acknowledged = Arrays.copyOf(acknowledged, Math.max(second + 1, 2 * acknowledged.length));
            slowest = Arrays.copyOf(slowest, acknowledged.length);
        }
        seconds = Math.max(seconds, second + 1);
        acknowledged[second]++;
        slowest[second] = Math.max(slowest[second], send.completed() - send.invoked());
        if (completed == completions.length) {
            completions = Arrays.copyOf(completions, 2 * completed);
        }
        completions[completed++] = send.completed();
    }

    int seconds() {
        return seconds;
    }

    /** Records acknowledged in this second. */
    long acknowledged(int second) {
        return acknowledged[second];
    }

    /** The longest time that one of them took, in nanoseconds. */
    long slowest(int second) {
        return slowest[second];
    }

    /** Who had the processors, about once in a second. */
    List<Busy> load() {
        return load;
    }

    List<Strike> strikes() {
        return strikes;
    }

    OptionalLong healed() {
        return healed;
    }

    /** Times in which nothing at all was acknowledged. */
    List<Gap> gaps() {
        long[] sorted = Arrays.copyOf(completions, completed);
        Arrays.sort(sorted);
        List<Gap> gaps = new ArrayList<>();
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i] - sorted[i - 1] >= GAP_NANOS_MIN) {
                gaps.add(new Gap(sorted[i - 1], sorted[i]));
            }
        }
        return gaps;
    }
}
