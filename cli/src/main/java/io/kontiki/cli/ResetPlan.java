package io.kontiki.cli;

import com.google.gson.JsonObject;
import io.kontiki.cli.output.ListFormat;
import io.kontiki.cli.output.Listing;
import io.kontiki.client.CommittedOffset;
import io.kontiki.client.TopicPartition;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a group is to go on reading.
 *
 * @param steps by partition
 */
record ResetPlan(SortedMap<TopicPartition, Step> steps) {
    /**
     * What becomes of one offset.
     *
     * @param before what is committed now, if anything
     * @param wanted what was asked for
     * @param logStart first readable offset
     * @param logEnd end of the committed records
     */
    record Step(TopicPartition partition, Optional<Long> before, long wanted, long logStart, long logEnd) {
        /** What was asked for, as far as the log reaches. */
        long after() {
            return Math.max(logStart, Math.min(logEnd, wanted));
        }

        Optional<Long> difference() {
            return before.map(offset -> after() - offset);
        }

        /** Why it is another offset than the one asked for; empty if it is not. */
        String note() {
            if (wanted == after()) {
                return "";
            }
            return wanted < logStart ? "the log starts here, not at " + wanted : "the log ends here, not at " + wanted;
        }
    }

    private static final Listing<Step> LISTING = new Listing<Step>(
                    "partitions", step -> PartitionText.of(step.partition()), ResetPlan::json)
            .text("TOPIC", step -> step.partition().topic())
            .number("PARTITION", step -> step.partition().partition())
            .number(
                    "CURRENT",
                    step -> step.before().map(offset -> Long.toString(offset)).orElse(""))
            .number("NEW", Step::after)
            .number(
                    "DIFFERENCE",
                    step -> step.difference().map(ResetPlan::signed).orElse(""))
            .wideNumber("LOG START", Step::logStart)
            .wideNumber("LOG END", Step::logEnd)
            .text("NOTE", Step::note);

    ResetPlan {
        steps = Collections.unmodifiableSortedMap(steps);
    }

    /**
     * To given offsets.
     *
     * @param starts and {@code ends} of the logs, of each partition in {@code wanted}
     */
    static ResetPlan to(
            Map<TopicPartition, Long> wanted,
            Map<TopicPartition, CommittedOffset> committed,
            Map<TopicPartition, Long> starts,
            Map<TopicPartition, Long> ends) {
        var steps = new TreeMap<TopicPartition, Step>();
        wanted.forEach((partition, offset) -> steps.put(
                partition,
                new Step(
                        partition,
                        Optional.ofNullable(committed.get(partition)).map(CommittedOffset::offset),
                        offset,
                        starts.get(partition),
                        ends.get(partition))));
        return new ResetPlan(steps);
    }

    /** So many offsets on, or back, from what is committed; without partitions in which nothing is. */
    static Map<TopicPartition, Long> shifted(
            Set<TopicPartition> partitions, Map<TopicPartition, CommittedOffset> committed, long by) {
        var wanted = new TreeMap<TopicPartition, Long>();
        for (TopicPartition partition : partitions) {
            if (committed.containsKey(partition)) {
                wanted.put(partition, saturatedSum(committed.get(partition).offset(), by));
            }
        }
        return wanted;
    }

    /** The log bounds it anyhow. */
    private static long saturatedSum(long offset, long by) {
        long sum = offset + by;
        return by > 0 && sum < offset ? Long.MAX_VALUE : sum;
    }

    Map<TopicPartition, CommittedOffset> offsets() {
        var offsets = new TreeMap<TopicPartition, CommittedOffset>();
        steps.forEach((partition, step) -> offsets.put(partition, CommittedOffset.of(step.after())));
        return offsets;
    }

    String render(ListFormat format) {
        return LISTING.render(List.copyOf(steps.values()), format);
    }

    private static String signed(long difference) {
        return difference > 0 ? "+" + difference : Long.toString(difference);
    }

    private static JsonObject json(Step step) {
        var object = new JsonObject();
        object.addProperty("topic", step.partition().topic());
        object.addProperty("partition", step.partition().partition());
        GroupJson.add(object, "currentOffset", step.before());
        object.addProperty("newOffset", step.after());
        GroupJson.add(object, "difference", step.difference());
        object.addProperty("logStartOffset", step.logStart());
        object.addProperty("logEndOffset", step.logEnd());
        return object;
    }
}
