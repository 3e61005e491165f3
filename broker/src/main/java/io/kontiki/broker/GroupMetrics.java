package io.kontiki.broker;

import io.kontiki.broker.metrics.Metric;
import io.kontiki.broker.metrics.MetricSource;
import io.kontiki.broker.metrics.Samples;
import io.kontiki.group.GroupStates;
import io.kontiki.metadata.CommittedOffset;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.Partition;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The consumer groups, each told once in the cluster, so that sums are right: members and state by the group's coordinator,
 * offsets and lag by the leader of each partition, which has both the committed offset, in its image, and the log.
 */
final class GroupMetrics implements MetricSource {
    static final Set<Metric> TOLD = Set.of(
            Metric.GROUP_MEMBERS,
            Metric.GROUPS,
            Metric.GROUP_COMMITTED_OFFSET,
            Metric.GROUP_LAG_RECORDS,
            Metric.GROUP_LAG_SECONDS,
            Metric.SCRAPE_LEFT_OUT);

    private static final double SECOND_MS = 1000;

    private final int brokerId;
    private final Supplier<MetadataImage> image;
    private final Function<TopicPartition, Optional<Partition>> open;
    private final RecordTimes times;
    private final InstantSource clock;
    private final boolean eachGroup;

    /**
     * @param open the replica here, if it is open
     * @param eachGroup whether groups have series of their own
     */
    GroupMetrics(
            int brokerId,
            Supplier<MetadataImage> image,
            Function<TopicPartition, Optional<Partition>> open,
            RecordTimes times,
            InstantSource clock,
            boolean eachGroup) {
        this.brokerId = brokerId;
        this.image = image;
        this.open = open;
        this.times = times;
        this.clock = clock;
        this.eachGroup = eachGroup;
    }

    /** A partition led here in which a group has committed. */
    private record Lag(GroupImage group, TopicImage topic, RecordTimes.Place unread, long committed, long records) {}

    @Override
    public void collect(Samples samples) {
        var now = image.get();
        if (now == MetadataImage.EMPTY) {
            return;
        }
        coordinated(samples, now);
        if (eachGroup) {
            var lags = new ArrayList<Lag>();
            var limit = new SeriesLimit("group_offsets", SeriesLimit.GROUP_OFFSETS_MAX);
            now.groups().byId().values().forEach(group -> addLags(lags, limit, now, group));
            limit.tell(samples);
            tell(samples, lags);
        }
    }

    private void coordinated(Samples samples, MetadataImage now) {
        var states = new TreeMap<String, Integer>();
        List.of("empty", "stable", "reconciling").forEach(state -> states.put(state, 0));
        var limit = new SeriesLimit("groups", SeriesLimit.GROUPS_MAX);
        for (var group : now.groups().byId().values()) {
            if (now.slots().of(group.id()).owner() != brokerId) {
                continue;
            }
            states.merge(word(group), 1, Integer::sum);
            if (eachGroup && limit.take()) {
                samples.gauge(Metric.GROUP_MEMBERS, group.members().size(), group.id());
            }
        }
        limit.tell(samples);
        states.forEach((state, count) -> samples.gauge(Metric.GROUPS, count, state));
    }

    private static String word(GroupImage group) {
        return switch (GroupStates.of(group)) {
            case GROUP_STATE_EMPTY -> "empty";
            case GROUP_STATE_STABLE -> "stable";
            case GROUP_STATE_RECONCILING, GROUP_STATE_UNSPECIFIED, UNRECOGNIZED -> "reconciling";
        };
    }

    private void addLags(List<Lag> lags, SeriesLimit limit, MetadataImage now, GroupImage group) {
        group.offsets()
                .byTopic()
                .forEach((topicId, offsets) -> now.topic(topicId).ifPresent(topic -> {
                    for (var each : offsets.entrySet()) {
                        boolean leads = topic.partition(each.getKey())
                                .filter(record -> record.leader() == brokerId)
                                .isPresent();
                        if (leads && limit.take()) {
                            var id = new TopicPartition(topicId, each.getKey());
                            // The log is looked at behind the image: it only grows, so that no lag comes out below
                            // nothing.
                            open.apply(id)
                                    .filter(Partition::isLeader)
                                    .ifPresent(leader -> lags.add(lag(group, topic, id, each.getValue(), leader)));
                        }
                    }
                }));
    }

    /** Records below the log start are gone: nobody will read them. */
    private static Lag lag(
            GroupImage group, TopicImage topic, TopicPartition id, CommittedOffset committed, Partition leader) {
        long unread = Math.max(committed.offset(), leader.logStartOffset());
        return new Lag(
                group,
                topic,
                new RecordTimes.Place(id, unread),
                committed.offset(),
                Math.max(0, leader.recordsEnd() - unread));
    }

    private void tell(Samples samples, List<Lag> lags) {
        var found = times.find(lags.stream()
                .filter(lag -> lag.records > 0)
                .map(Lag::unread)
                .distinct()
                .toList());
        long nowMs = clock.millis();
        for (var lag : lags) {
            String[] labels = {
                lag.group.id(),
                lag.topic.name(),
                Integer.toString(lag.unread.partition().partition())
            };
            samples.gauge(Metric.GROUP_COMMITTED_OFFSET, lag.committed, labels);
            samples.gauge(Metric.GROUP_LAG_RECORDS, lag.records, labels);
            if (lag.records == 0) {
                samples.gauge(Metric.GROUP_LAG_SECONDS, 0, labels);
            } else if (found.containsKey(lag.unread)) {
                samples.gauge(Metric.GROUP_LAG_SECONDS, Math.max(0, nowMs - found.get(lag.unread)) / SECOND_MS, labels);
            }
        }
    }
}
