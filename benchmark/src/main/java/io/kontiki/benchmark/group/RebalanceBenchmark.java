package io.kontiki.benchmark.group;

import io.kontiki.benchmark.PacedLoad;
import io.kontiki.client.Assignor;
import io.kontiki.client.GroupDescription;
import io.kontiki.client.GroupState;
import io.kontiki.client.NewTopic;
import io.kontiki.client.TopicPartition;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.Console;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A group of 50 members reads 100 partitions, into which records come at a steady rate; members join, leave and crash, one at a
 * time. What counts is what the readers see: the time between two new records of a partition, for those that got another
 * reader and for those that did not. Three brokers.
 */
public final class RebalanceBenchmark {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    /** What is watched without a change, for comparison. */
    private static final Duration CALM = Duration.ofSeconds(3);

    private static final int BROKERS = 3;
    private static final int MEMBERS = 50;
    private static final int PARTITIONS = 100;
    private static final int RECORDS_PER_SECOND = 4000;

    private final Path distribution;
    private final Path directory;
    private final int cycles;
    private final RebalanceReport report = new RebalanceReport(MEMBERS, PARTITIONS, RECORDS_PER_SECOND);
    private final Console console = new Console(System.err, System.console() != null);
    private final SplittableRandom random = new SplittableRandom(1);

    /** @param cycles how often a member joins, one leaves, one crashes, and one joins in its place */
    public RebalanceBenchmark(Path distribution, Path directory, int cycles) {
        this.distribution = distribution;
        this.directory = directory;
        this.cycles = cycles;
    }

    /** Measures, with one way to assign after the other; gives the figures. */
    public RebalanceReport run() throws IOException {
        try (LocalCluster cluster = LocalCluster.create(distribution, directory, BROKERS);
                ClusterView view = new ClusterView(cluster.bootstrap())) {
            cluster.startAll();
            cluster.awaitReady(view, PATIENCE);
            for (Assignor assignor : List.of(Assignor.STICKY, Assignor.RANGE)) {
                new Group(cluster, view, assignor).measure();
            }
        }
        console.finish();
        return report;
    }

    /** The members of one group, and the load that they read. */
    private final class Group {
        private final LocalCluster cluster;
        private final ClusterView view;
        private final Assignor assignor;
        private final String topic;
        private final ReadTimes times = new ReadTimes(PARTITIONS);
        private final List<GroupMember> members = new ArrayList<>();
        private int joined;

        Group(LocalCluster cluster, ClusterView view, Assignor assignor) {
            this.cluster = cluster;
            this.view = view;
            this.assignor = assignor;
            this.topic = assignor.name().toLowerCase(Locale.ROOT);
        }

        void measure() throws IOException {
            view.admin()
                    .createTopic(
                            NewTopic.named(topic).withPartitions(PARTITIONS).withReplicationFactor(1));
            try (PacedLoad load = new PacedLoad(cluster.bootstrap(), topic, RECORDS_PER_SECOND, PARTITIONS)) {
                cluster.await("records", PATIENCE, () -> load.acknowledged() >= RECORDS_PER_SECOND);
                startCold();
                for (int cycle = 1; cycle <= cycles; cycle++) {
                    watch("none", this::beCalm);
                    watch("join", this::join);
                    watch("leave", () -> end(GroupMember.End.LEAVE));
                    watch("crash", () -> end(GroupMember.End.CRASH));
                    watch("join", this::join);
                    console.line(topic + ": " + cycle + " of " + cycles);
                }
                load.failure().ifPresent(cause -> {
                    throw new IllegalStateException("a record was not acknowledged", cause);
                });
            } finally {
                members.forEach(member -> member.end(GroupMember.End.LEAVE));
            }
        }

        private void startCold() throws IOException {
            long start = System.nanoTime();
            for (int i = 0; i < MEMBERS; i++) {
                join();
            }
            awaitSettled(start);
            report.settledCold(topic, start, times.watched());
            console.line(topic + ": " + MEMBERS + " members have settled");
        }

        private interface Change {
            void make() throws IOException;
        }

        private void watch(String what, Change change) throws IOException {
            times.startWatch();
            long start = System.nanoTime();
            change.make();
            awaitSettled(System.nanoTime());
            report.add(topic, what, start, times.watched());
        }

        private void beCalm() throws IOException {
            long start = System.nanoTime();
            cluster.await("some seconds", PATIENCE, () -> System.nanoTime() - start > CALM.toNanos());
        }

        private void join() {
            members.add(new GroupMember(topic + "-" + joined++, cluster.bootstrap(), topic, assignor, times));
        }

        private void end(GroupMember.End way) {
            members.remove(random.nextInt(members.size())).end(way);
        }

        /** Those that are meant to be members are, and each partition was read by whom it belongs to since then. */
        private void awaitSettled(long since) throws IOException {
            cluster.await("the group to settle", PATIENCE, () -> {
                members.forEach(member -> member.failure().ifPresent(cause -> {
                    throw new IllegalStateException(member.name() + " failed", cause);
                }));
                return isSettled(view.admin().describeGroup(topic + GroupMember.GROUP_SUFFIX), since);
            });
        }

        private boolean isSettled(GroupDescription group, long since) {
            Map<Integer, String> owners = group.members().stream()
                    .flatMap(member -> member.owned().stream()
                            .map(TopicPartition::partition)
                            .map(partition -> Map.entry(partition, member.memberId())))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
            return group.info().state() == GroupState.STABLE
                    && names(group.members(), member -> member.memberId()).equals(names(members, GroupMember::name))
                    && owners.size() == PARTITIONS
                    && owners.entrySet().stream()
                            .allMatch(owner -> times.readSince(owner.getKey(), owner.getValue(), since));
        }

        private <T> List<String> names(List<T> all, Function<T, String> name) {
            return all.stream().map(name).sorted().toList();
        }
    }
}
