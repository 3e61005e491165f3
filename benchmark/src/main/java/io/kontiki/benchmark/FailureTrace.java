package io.kontiki.benchmark;

import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the brokers' logs tell of one failure, in milliseconds since it: where the time of a gap goes.
 *
 * @param fenced the controller found the broker's port closed; of one that is only silent nothing is logged
 * @param led another broker leads the partition
 */
record FailureTrace(OptionalDouble fenced, OptionalDouble led) {
    private static final Pattern LINE = Pattern.compile("(\\S+Z) +[A-Z]+ +(.*)");

    static FailureTrace since(Instant failed, LocalCluster cluster, String topic) throws IOException {
        List<String> lines = new ArrayList<>();
        for (BrokerProcess broker : cluster.brokers()) {
            lines.addAll(broker.log().lines().toList());
        }
        return new FailureTrace(
                first(lines, failed, text -> text.endsWith("fencing it")),
                first(lines, failed, text -> text.contains(topic + "-0 is LEADER")));
    }

    /** With what is known. */
    @Override
    public String toString() {
        return text("fenced after %.0f ms, ", fenced) + text("another leads after %.0f ms, ", led);
    }

    private static String text(String format, OptionalDouble millis) {
        return millis.isPresent() ? String.format(Locale.ROOT, format, millis.getAsDouble()) : "";
    }

    private static OptionalDouble first(List<String> lines, Instant failed, Predicate<String> wanted) {
        return lines.stream()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .filter(line -> wanted.test(line.group(2)))
                .mapToDouble(line ->
                        Duration.between(failed, Instant.parse(line.group(1))).toNanos() / 1e6)
                .filter(millis -> millis >= 0)
                .min();
    }
}
