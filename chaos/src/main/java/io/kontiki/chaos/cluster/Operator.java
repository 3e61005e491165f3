package io.kontiki.chaos.cluster;

import io.kontiki.client.Admin;
import io.kontiki.client.KontikiException;
import io.kontiki.client.LeaderElection;
import io.kontiki.client.NewTopic;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What operators ask of a cluster, by the client. Each request tells in a few words what came of it. */
final class Operator {
    private static final String PASSING = "passing";

    private final Admin admin;
    private final Layout layout;

    Operator(Admin admin, Layout layout) {
        this.admin = admin;
        this.layout = layout;
    }

    /** Moves the first replica that a broker has to one that has none of that partition. */
    String moveAway(String topic, int broker) {
        for (PartitionInfo partition : admin.describeTopic(topic).topic().partitions()) {
            Optional<Integer> target = IntStream.rangeClosed(1, layout.brokers())
                    .boxed()
                    .filter(other -> !partition.replicas().contains(other))
                    .findFirst();
            if (target.isPresent() && partition.replicas().contains(broker)) {
                List<Integer> replicas = new ArrayList<>(partition.replicas());
                replicas.set(replicas.indexOf(broker), target.get());
                TopicPartition name = new TopicPartition(topic, partition.partition());
                Optional<KontikiException> refusal = admin.reassignPartitions(
                                Map.of(name, replicas), OptionalLong.empty(), false)
                        .get(name);
                return name + " from " + broker + " to " + target.get()
                        + refusal.map(why -> ", not done, " + why.reason()).orElse("");
            }
        }
        return "no replica of broker " + broker + " can go elsewhere";
    }

    String cancelMoves() {
        Set<TopicPartition> moving = admin.listReassignments().keySet();
        if (!moving.isEmpty()) {
            admin.cancelReassignments(moving);
        }
        return moving.size() + " moves cancelled";
    }

    boolean movesNothing() {
        return admin.listReassignments().isEmpty();
    }

    String electPreferred(String topic) {
        Map<TopicPartition, LeaderElection> elections = admin.electLeaders(all(topic));
        long refused = elections.values().stream()
                .filter(election -> election.failure().isPresent())
                .count();
        return elections.size() + " partitions, " + refused + " of them as they were";
    }

    /**
     * Elects leaders where no complete replica is left.
     *
     * @param ends gets the offset where the log of each such partition ends now
     * @return whether every partition has a leader, as the controller knows: brokers may be behind it
     */
    boolean electUncleanly(String topic, Map<Integer, Long> ends) {
        Map<TopicPartition, LeaderElection> elections = admin.electLeadersUncleanly(all(topic), Set.of());
        elections.forEach((partition, election) -> {
            if (election.failure().isEmpty() && !election.held().isEmpty()) {
                ends.put(partition.partition(), election.lostFromOffset());
            }
        });
        return elections.values().stream()
                .allMatch(election -> election.failure().isEmpty());
    }

    private Set<TopicPartition> all(String topic) {
        return IntStream.range(0, layout.partitions())
                .mapToObj(number -> new TopicPartition(topic, number))
                .collect(Collectors.toSet());
    }

    String createPassingTopic() {
        // A deletion that failed is done now.
        if (admin.listTopics().stream().anyMatch(topic -> topic.name().equals(PASSING))) {
            admin.deleteTopic(PASSING);
        }
        admin.createTopic(NewTopic.named(PASSING)
                .withPartitions(layout.partitions())
                .withReplicationFactor(layout.replicationFactor()));
        return "topic " + PASSING;
    }

    String deletePassingTopic() {
        admin.deleteTopic(PASSING);
        return "topic " + PASSING;
    }
}
