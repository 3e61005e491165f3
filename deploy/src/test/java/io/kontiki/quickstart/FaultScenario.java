package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.client.NewTopic;
import io.kontiki.client.PartitionInfo;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A cluster with a load of acks=all on it, a fault in the middle, and the check afterwards that nothing was lost. */
public final class FaultScenario implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Rule F: a partition that still has a complete replica accepts writes again within this time. */
    private static final Duration RECOVERY = Duration.ofSeconds(30);

    private static final int PARTITIONS = 6;
    private static final int WARM_UP_LINES = 1000;

    private final LocalCluster cluster;
    private final ClusterView view;

    /** A cluster that is not started yet, in which all vote. */
    public FaultScenario(int brokers) throws IOException {
        this(brokers, brokers);
    }

    /** A cluster that is not started yet, in which so many vote. */
    public FaultScenario(int brokers, int voters) throws IOException {
        Path directory = RealProcesses.newDirectory("cluster-of-" + brokers);
        cluster = LocalCluster.create(
                RealProcesses.distribution(), directory, LocalCluster.loopbackHosts(brokers), voters);
        RealProcesses.startQuickly(cluster.brokers());
        view = new ClusterView(cluster.bootstrap());
    }

    /** What a fault may do while the load runs. */
    public interface Fault {
        void strike() throws IOException;
    }

    public LocalCluster cluster() {
        return cluster;
    }

    public ClusterView view() {
        return view;
    }

    /** Starts what is down, and makes a topic with a replica on every broker, so that a minority of them can die. */
    public void createTopic(String topic) throws IOException {
        createTopic(topic, PARTITIONS);
    }

    /** As {@link #createTopic(String)}, with so many partitions. */
    public void createTopic(String topic, int partitions) throws IOException {
        cluster.startAll();
        cluster.awaitReady(view, PATIENCE);
        view.admin()
                .createTopic(NewTopic.named(topic)
                        .withPartitions(partitions)
                        .withReplicationFactor(cluster.brokers().size()));
        cluster.await("the replicas of " + topic + " to be in sync", PATIENCE, () -> view.whole(topic));
    }

    /**
     * Lets the fault strike under load, waits until every partition takes records again without help, starts what is
     * down, and compares what is there with what was acknowledged.
     *
     * @return the longest time between two acknowledgements
     */
    public Duration loseNothing(String topic, Fault fault) throws IOException {
        // Now, since right after the fault nobody may be there to tell.
        int partitions = view.partitions(topic).size();
        History history;
        try (BackgroundLoad load = new BackgroundLoad(cluster.bootstrap(), topic)) {
            history = load.history();
            awaitAcked(history, WARM_UP_LINES);
            fault.strike();
            awaitEveryPartitionAcked(history, partitions);
            cluster.startAll();
            cluster.awaitReady(view, PATIENCE);
            awaitAcked(history, history.sent() + WARM_UP_LINES);
        }
        cluster.await("the replicas of " + topic + " to be in sync again", PATIENCE, () -> view.whole(topic));
        assertThat(history.firstFailure()).isEmpty();
        assertThat(history.acked()).isEqualTo(history.sent());
        Verdict verdict = ReadBack.check(cluster.bootstrap(), topic, history);
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.consumed()).isEqualTo(history.sent());
        return Duration.ofNanos(history.longestGapNanos());
    }

    private static void awaitAcked(History history, int lines) {
        await().atMost(RECOVERY).until(() -> history.acked() >= lines);
    }

    private static void awaitEveryPartitionAcked(History history, int partitions) {
        int fromIndex = history.sent();
        await().atMost(RECOVERY)
                .untilAsserted(() -> assertThat(history.partitionsAckedFrom(fromIndex))
                        .as("partitions that took records after the fault")
                        .hasSize(partitions));
    }

    List<List<Integer>> assignments(String topic) {
        return view.partitions(topic).stream().map(PartitionInfo::replicas).toList();
    }

    @Override
    public void close() {
        view.close();
        cluster.close();
    }
}
