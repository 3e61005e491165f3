package io.kontiki.controller;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.ElectUnclean;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.ReplicaReport;
import io.kontiki.proto.internal.v1.UncleanElection;
import io.kontiki.proto.v1.ElectedLeader;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Elections where committed records may be lost (rule M9): asks the replicas what they hold, by their heartbeats, and has
 * the fullest of them lead. By request, and where a topic's {@code unclean.leader.election.enable} says so by itself.
 */
final class UncleanElections {
    /** Reports in one heartbeat. */
    private static final int WANTED_MAX = 1_000;

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A person asks again within this, or has given up. */
    private static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Map<TopicPartition, Inquiry> inquiries =
            new TreeMap<>(Comparator.comparing(TopicPartition::topicId).thenComparing(TopicPartition::partition));
    private long lookedNanos;

    UncleanElections(Now now) {
        lookedNanos = now.monotonicNanos();
    }

    /** What the replicas of the partition hold, as far as they have told; they are asked from now on, or still. */
    Inquiry inquire(TopicPartition partition, PartitionRegistration record, Now now) {
        var present = inquiries.get(partition);
        if (present != null && present.isAbout(record)) {
            present.askedAgain(now.monotonicNanos());
            return present;
        }
        var begun = new Inquiry(record.leaderEpoch(), now.monotonicNanos());
        inquiries.put(partition, begun);
        return begun;
    }

    /** What it may have cost that the partition has the leader that it has, if a person was to know and may not have heard. */
    Optional<ElectedLeader> cost(TopicPartition partition, PartitionRegistration record) {
        return Optional.ofNullable(inquiries.get(partition))
                .filter(inquiry -> inquiry.hasElected(record))
                .flatMap(Inquiry::cost);
    }

    /** The fullest replica, once all have told that must. */
    static Optional<UncleanElection> choose(
            Inquiry inquiry, PartitionVerdicts.Found found, MetadataImage image, Set<Integer> without) {
        if (!inquiry.missing(found.record(), image, without).isEmpty()) {
            return Optional.empty();
        }
        return inquiry.fullest(found.record(), image)
                .map(id -> elect(id, found, inquiry.chosen(id, found.record(), image), image));
    }

    private static UncleanElection elect(
            int id, PartitionVerdicts.Found found, ElectedLeader cost, MetadataImage image) {
        return UncleanElection.newBuilder()
                .setPartition(found.version())
                .setBrokerId(id)
                .setBrokerEpoch(image.broker(id).orElseThrow().epoch())
                .setLostFromOffset(cost.getLostFromOffset())
                .setLostToOffset(cost.getLostToOffset())
                .addAllNotHeard(cost.getNotHeardList())
                .build();
    }

    void onReports(BrokerRegistration broker, List<ReplicaReport> reports) {
        for (var report : reports) {
            var ref = report.getPartition();
            if (UuidBytes.isValid(ref.getTopicId())) {
                var partition = new TopicPartition(UuidBytes.fromBytes(ref.getTopicId()), ref.getPartition());
                var inquiry = inquiries.get(partition);
                if (inquiry != null) {
                    inquiry.onReport(broker.id(), broker.epoch(), report);
                }
            }
        }
    }

    /** What that broker is to tell of. */
    List<PartitionRef> wantedOf(BrokerRegistration broker, MetadataImage image) {
        return inquiries.entrySet().stream()
                .filter(entry -> entry.getValue().wants(broker.id(), broker.epoch()))
                // Of a directory that is offline it would say nothing, and hide the others behind the limit.
                .filter(entry -> image.partition(entry.getKey())
                        .filter(entry.getValue()::isAbout)
                        .filter(record -> Inquiry.canTell(broker.id(), record, image))
                        .isPresent())
                .limit(WANTED_MAX)
                .map(entry -> PartitionRef.newBuilder()
                        .setTopicId(UuidBytes.toBytes(entry.getKey().topicId()))
                        .setPartition(entry.getKey().partition())
                        .build())
                .toList();
    }

    /** Once a second: elections that topics want without being asked. */
    Optional<ElectUnclean> onTick(MetadataImage image, Now now) {
        if (now.monotonicNanos() - lookedNanos < LOOK_NANOS) {
            return Optional.empty();
        }
        lookedNanos = now.monotonicNanos();
        forget(image, now);
        var elections = ElectUnclean.newBuilder();
        for (var topic : image.topics().byId().values()) {
            if (topic.partitions().stream().noneMatch(Inquiry::isLost)
                    || !topic.config().uncleanLeaderElection()) {
                continue;
            }
            for (int number = 0; number < topic.partitions().size(); number++) {
                var record = topic.partitions().get(number);
                if (Inquiry.isLost(record) && elections.getPartitionsCount() < PartitionVerdicts.PARTITIONS_MAX) {
                    var found = new PartitionVerdicts.Found(new TopicPartition(topic.id(), number), record);
                    choose(inquire(found.partition(), record, now), found, image, Set.of())
                            .ifPresent(elections::addPartitions);
                }
            }
        }
        return elections.getPartitionsCount() == 0 ? Optional.empty() : Optional.of(elections.build());
    }

    private void forget(MetadataImage image, Now now) {
        inquiries
                .entrySet()
                .removeIf(entry -> now.monotonicNanos() - entry.getValue().askedNanos() > FORGET_NANOS
                        || image.partition(entry.getKey())
                                .filter(record -> entry.getValue().isAbout(record)
                                        || entry.getValue().hasElected(record))
                                .isEmpty());
    }
}
