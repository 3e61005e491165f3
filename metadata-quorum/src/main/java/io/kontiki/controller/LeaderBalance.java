package io.kontiki.controller;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.DynamicKey;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.ElectPreferred;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Gives leadership back to the preferred replicas (rule M8): after a restart a broker leads nothing. Only to brokers that
 * have been serving for a while, and few partitions at a time, since each hand-over costs its producers a moment.
 */
final class LeaderBalance {
    /** Hand-overs of one look. */
    static final int MOVES_MAX = 20;

    private final ControllerConfig.Rebalance config;
    private final Map<Integer, Long> usableSince = new TreeMap<>();
    private long lookedNanos;

    LeaderBalance(ControllerConfig.Rebalance config, Now now) {
        this.config = config;
        this.lookedNanos = now.monotonicNanos();
    }

    Optional<ElectPreferred> onTick(MetadataImage image, Now now) {
        if (!enabled(image)) {
            return Optional.empty();
        }
        long nanos = now.monotonicNanos();
        image.brokers().values().forEach(broker -> note(broker, nanos));
        usableSince.keySet().retainAll(image.brokers().keySet());
        if (nanos - lookedNanos < TimeUnit.MILLISECONDS.toNanos(config.intervalMillis())) {
            return Optional.empty();
        }
        lookedNanos = nanos;
        var moves = ElectPreferred.newBuilder();
        for (var topic : image.topics().byId().values()) {
            for (int number = 0; number < topic.partitions().size(); number++) {
                var record = topic.partitions().get(number);
                if (moves.getPartitionsCount() < MOVES_MAX && isDue(record, image, nanos)) {
                    var partition = new TopicPartition(topic.id(), number);
                    moves.addPartitions(new PartitionVerdicts.Found(partition, record).version());
                }
            }
        }
        return moves.getPartitionsCount() == 0 ? Optional.empty() : Optional.of(moves.build());
    }

    private boolean enabled(MetadataImage image) {
        return DynamicKey.AUTO_LEADER_REBALANCE_ENABLE
                .in(image.configs().cluster())
                .map(Boolean::parseBoolean)
                .orElse(config.enabled());
    }

    private void note(BrokerRegistration broker, long nanos) {
        if (broker.usable()) {
            usableSince.putIfAbsent(broker.id(), nanos);
        } else {
            usableSince.remove(broker.id());
        }
    }

    private boolean isDue(PartitionRegistration record, MetadataImage image, long nanos) {
        int preferred = record.replicas().get(0);
        // Who leads after a move is settled by its end.
        return record.hasLeader()
                && !record.reassignment().isUnderWay()
                && record.leader() != preferred
                && record.isr().contains(preferred)
                && record.isr().size() >= record.minIsr()
                && image.usable(preferred, record)
                && nanos - usableSince.getOrDefault(preferred, nanos)
                        >= TimeUnit.MILLISECONDS.toNanos(config.delayMillis());
    }
}
