package io.kontiki.benchmark.group;

import io.kontiki.benchmark.Figures;
import io.kontiki.benchmark.ProcessorTime;
import io.kontiki.client.NewTopic;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Commits as programs make them: members of several groups, each with some partitions of a topic, whose offsets it commits
 * together.
 */
public final class MemberCommits {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration ROUND = Duration.ofSeconds(10);
    private static final int ROUNDS = 3;
    private static final int GROUPS = 20;
    private static final int MEMBERS = 3;
    private static final int PARTITIONS = 30;
    private static final int UNDER_WAY = 4;
    private static final String TOPIC = "member-commits";

    private final LocalCluster cluster;
    private final ClusterView view;
    private final Figures calls = new Figures();
    private final Figures offsets = new Figures();
    private final Figures millis = new Figures();

    /** Of a cluster that serves. */
    public MemberCommits(LocalCluster cluster, ClusterView view) {
        this.cluster = cluster;
        this.view = view;
    }

    /** Measures, and prints what came of it. */
    public void run() throws IOException {
        view.admin()
                .createTopic(NewTopic.named(TOPIC)
                        .withPartitions(PARTITIONS)
                        .withReplicationFactor(cluster.brokers().size()));
        List<CommittingMember> members = new ArrayList<>();
        try {
            for (int i = 0; i < GROUPS * MEMBERS; i++) {
                members.add(new CommittingMember(
                        cluster.bootstrap(), TOPIC, "members-" + i % GROUPS, "member-" + i, UNDER_WAY));
            }
            cluster.await(
                    "all members to own their share",
                    PATIENCE,
                    () -> members.stream().allMatch(member -> member.owned() == PARTITIONS / MEMBERS));
            members.forEach(CommittingMember::begin);
            let(WARM_UP, members);
            ProcessorTime processors = new ProcessorTime(cluster);
            for (int round = 0; round < ROUNDS; round++) {
                measure(members);
            }
            System.out.println("processor time of a member's commit: " + processors.perOne(millis.count()));
        } finally {
            members.forEach(CommittingMember::close);
        }
        System.out.println("commits of " + PARTITIONS / MEMBERS + " partitions by " + members.size() + " members of "
                + GROUPS + " groups, " + UNDER_WAY + " under way each: " + calls.summary("commits/s"));
        System.out.println("offsets in them: " + offsets.summary("offsets/s"));
        System.out.printf(
                java.util.Locale.ROOT,
                "time of one: p50 %.1f ms, p99 %.1f ms%n",
                millis.percentile(50),
                millis.percentile(99));
    }

    private void measure(List<CommittingMember> members) throws IOException {
        long start = System.nanoTime();
        List<Long> nanos = let(ROUND, members);
        double rate = nanos.size() / ((System.nanoTime() - start) / 1e9);
        calls.add(rate);
        offsets.add(rate * PARTITIONS / MEMBERS);
        nanos.forEach(taken -> millis.add(taken / 1e6));
    }

    /** Lets them commit for so long; gives the times of the commits. */
    private List<Long> let(Duration time, List<CommittingMember> members) throws IOException {
        long start = System.nanoTime();
        cluster.await("a round", PATIENCE, () -> System.nanoTime() - start > time.toNanos());
        return members.stream().flatMap(member -> member.taken().stream()).toList();
    }
}
