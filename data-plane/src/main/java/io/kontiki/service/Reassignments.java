package io.kontiki.service;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicImage;
import io.kontiki.proto.v1.AddedReplica;
import io.kontiki.proto.v1.DescribeLogDirsRequest;
import io.kontiki.proto.v1.DescribeLogDirsResponse;
import io.kontiki.proto.v1.LogDirPartition;
import io.kontiki.proto.v1.LogServiceGrpc.LogServiceStub;
import io.kontiki.proto.v1.PartitionName;
import io.kontiki.proto.v1.Reassignment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells which replicas are being moved; how far they are, their brokers say of their own logs. Any thread. */
final class Reassignments {
    private static final Logger LOG = LoggerFactory.getLogger(Reassignments.class);

    /** Who asks again and again may ask another broker if this one takes longer than a few seconds. */
    private static final long ANSWER_MILLIS_MAX = 2_000;

    /** What each broker that could be asked holds, by broker. */
    private record Held(Map<Integer, Map<PartitionName, LogDirPartition>> logs) {
        Optional<LogDirPartition> log(int brokerId, PartitionName partition) {
            return Optional.ofNullable(logs.getOrDefault(brokerId, Map.of()).get(partition));
        }
    }

    private final LocalMetadata metadata;
    private final OtherBrokers<LogServiceStub> others;

    Reassignments(LocalMetadata metadata, OtherBrokers<LogServiceStub> others) {
        this.metadata = metadata;
        this.others = others;
    }

    /** The partitions whose replicas are being moved, by topic and number. */
    List<PartitionName> names() {
        return List.copyOf(underWay(RequestLimits.ready(metadata.current())).keySet());
    }

    /** As {@link #names}, with what is known of them; a broker that does not tell in time is left out. */
    CompletableFuture<List<Reassignment>> list() {
        MetadataImage image = RequestLimits.ready(metadata.current());
        Map<PartitionName, PartitionRegistration> underWay = underWay(image);
        return askFor(underWay, image)
                .thenApply(held -> underWay.entrySet().stream()
                        .map(entry -> reassignment(entry.getKey(), entry.getValue(), held))
                        .toList());
    }

    private static Map<PartitionName, PartitionRegistration> underWay(MetadataImage image) {
        Map<PartitionName, PartitionRegistration> found = new LinkedHashMap<>();
        for (TopicImage topic : image.topics().all()) {
            int number = 0;
            for (PartitionRegistration record : topic.partitions()) {
                if (record.reassignment().isUnderWay()) {
                    found.put(
                            PartitionName.newBuilder()
                                    .setTopic(topic.name())
                                    .setPartition(number)
                                    .build(),
                            record);
                }
                number++;
            }
        }
        return found;
    }

    private static Reassignment reassignment(PartitionName name, PartitionRegistration record, Held held) {
        Reassignment.Builder reassignment = Reassignment.newBuilder()
                .setPartition(name)
                .addAllReplicas(record.replicas())
                .addAllAdding(record.reassignment().adding())
                .addAllRemoving(record.reassignment().removing())
                .addAllIsr(record.isr());
        if (record.reassignment().bytesPerSecondMax() > 0) {
            reassignment.setMaxBytesPerSecond(record.reassignment().bytesPerSecondMax());
        }
        Optional<LogDirPartition> whole = held.log(record.leader(), name);
        for (int added : record.reassignment().adding()) {
            whole.flatMap(leader -> held.log(added, name).map(log -> progress(added, log, leader)))
                    .ifPresent(reassignment::addProgress);
        }
        return reassignment.build();
    }

    /** Both tell of another moment, and a follower may keep what its leader has deleted. */
    private static AddedReplica progress(int brokerId, LogDirPartition log, LogDirPartition leader) {
        return AddedReplica.newBuilder()
                .setBrokerId(brokerId)
                .setCopiedBytes(Math.min(log.getSizeBytes(), leader.getSizeBytes()))
                .setTotalBytes(leader.getSizeBytes())
                .setOffsetLag(
                        Math.max(0, leader.getEndOffset() - Math.max(log.getEndOffset(), leader.getLogStartOffset())))
                .build();
    }

    // ---- What brokers hold

    private CompletableFuture<Held> askFor(Map<PartitionName, PartitionRegistration> underWay, MetadataImage image) {
        Set<Integer> holders = new HashSet<>();
        Set<String> topics = new HashSet<>();
        underWay.forEach((name, record) -> {
            topics.add(name.getTopic());
            record.leaderIfAny().ifPresent(holders::add);
            holders.addAll(record.reassignment().adding());
        });
        holders.removeIf(
                id -> image.broker(id).filter(BrokerRegistration::usable).isEmpty());
        DescribeLogDirsRequest.Builder question = DescribeLogDirsRequest.newBuilder();
        if (topics.size() == 1) {
            question.setTopic(topics.iterator().next());
        }
        Map<Integer, Map<PartitionName, LogDirPartition>> logs = new ConcurrentHashMap<>();
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        for (int id : holders) {
            answers.add(others.<DescribeLogDirsResponse>ask(
                            image,
                            id,
                            (stub, answer) -> stub.describeLogDirs(
                                    question.setBrokerId(id).build(), answer))
                    .orTimeout(ANSWER_MILLIS_MAX, TimeUnit.MILLISECONDS)
                    .thenAccept(told -> logs.put(id, logsOf(told)))
                    .exceptionally(failure -> {
                        LOG.debug("Broker {} does not tell what it holds", id, failure);
                        return null;
                    }));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> new Held(logs));
    }

    private static Map<PartitionName, LogDirPartition> logsOf(DescribeLogDirsResponse told) {
        Map<PartitionName, LogDirPartition> logs = new HashMap<>();
        told.getLogDirsList()
                .forEach(dir -> dir.getPartitionsList()
                        .forEach(log -> logs.put(
                                PartitionName.newBuilder()
                                        .setTopic(log.getTopic())
                                        .setPartition(log.getPartition())
                                        .build(),
                                log)));
        return logs;
    }
}
