package io.kontiki.simulation;

import io.kontiki.metadata.TopicPartition;
import io.kontiki.replication.Acks;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One run of a cluster, wholly determined by its seed and options. Single-threaded. {@link #run()} draws everything; a
 * scenario makes its own faults by the other methods and ends with {@link #healAndCheck()}.
 */
public final class Simulation {
    private static final long STEPS_MAX = 20_000_000;
    /** Promise F. */
    private static final long HEAL_MILLIS = 30_000;

    private static final long WRITE_AGAIN_MILLIS = 500;

    private final long seed;
    private final Cluster cluster;
    private final Workload workload;
    private final Nemesis nemesis;
    private final List<Fault> faults;
    private long steps;

    /** With the faults that the seed draws. */
    public Simulation(long seed, SimulationOptions options) {
        this(seed, options, FaultSchedule.draw(seed, options));
    }

    /** With these faults, in the order of their times. */
    public Simulation(long seed, SimulationOptions options, List<Fault> faults) {
        this.seed = seed;
        this.faults = List.copyOf(faults);
        this.cluster = new Cluster(seed, options);
        this.workload = new Workload(cluster);
        this.nemesis = new Nemesis(cluster, workload);
    }

    /**
     * Runs load under faults, then heals and checks.
     *
     * @return how many acks=all records were acknowledged
     * @throws SimulationFailure naming the seed, if a promise or an invariant was broken
     */
    public int run() {
        startUp();
        workload.start();
        if (workload.groups().isEmpty()) {
            workload.groups().draw();
        }
        nemesis.start(faults);
        runFor(cluster.options().faultMillis());
        return healAndCheck();
    }

    private void startUp() {
        startBrokers();
        createTopic();
    }

    void startBrokers() {
        await("the brokers to register", cluster::allUsable);
    }

    /** All brokers hold a replica of its one partition, and the first leads. */
    void createTopic() {
        cluster.createTopic();
        await("a leader", () -> cluster.leader().isPresent());
    }

    /** The same, on these brokers alone. */
    void createTopicOn(List<Integer> replicas) {
        cluster.createTopicOn(replicas);
        await("a leader", () -> cluster.leader().isPresent());
    }

    /** Promises A, B and F: faults stop, and the cluster comes back with everything; and so do groups. */
    int healAndCheck() {
        nemesis.stop();
        workload.stop();
        await("everything to be acknowledged", workload::isDone);
        for (TopicPartition partition : cluster.partitions()) {
            writeTo(partition);
        }
        await("the cluster to heal", cluster::healed);
        guarded(cluster.checks()::atEnd);
        settleGroups();
        return cluster.checks().acknowledged();
    }

    /** Every partition has one owner in each group, who has read and committed all of it, and all brokers know that. */
    private void settleGroups() {
        if (!workload.groups().isEmpty()) {
            workload.groups().calmDown();
            await("groups to settle", workload.groups()::isSettled);
            guarded(cluster.groupChecks()::atEnd);
        }
    }

    /** As a client does: an attempt that timed out is followed by another. */
    private void writeTo(TopicPartition partition) {
        int before = cluster.checks().committed(partition).acknowledged();
        writeUntil(partition, () -> cluster.checks().committed(partition).acknowledged() > before);
        await(
                "a write after healing",
                () -> cluster.checks().committed(partition).acknowledged() > before);
    }

    private void writeUntil(TopicPartition partition, BooleanSupplier acknowledged) {
        if (!acknowledged.getAsBoolean()) {
            cluster.leader(partition).ifPresent(leader -> workload.produce(leader, partition, Acks.ALL, outcome -> {}));
            cluster.scheduler().after(WRITE_AGAIN_MILLIS * Scheduler.MILLI, () -> writeUntil(partition, acknowledged));
        }
    }

    /** Events of virtual time so far. */
    public long steps() {
        return steps;
    }

    /** Equal for two runs in which the same happened. */
    public long digest() {
        return cluster.scheduler().digest();
    }

    /** What happened, counted. */
    public Events events() {
        return cluster.events();
    }

    Workload workload() {
        return workload;
    }

    Cluster cluster() {
        return cluster;
    }

    void runFor(long millis) {
        long until = cluster.scheduler().now() + millis * Scheduler.MILLI;
        while (step(until)) {
            // Each step checks itself.
        }
    }

    /** Runs until the condition holds, at most as long as healing may take. */
    void await(String what, BooleanSupplier condition) {
        long until = cluster.scheduler().now() + HEAL_MILLIS * Scheduler.MILLI;
        while (!isMet(condition)) {
            if (!step(until)) {
                throw failure(new SimulationFailure("F: waited in vain for " + what), Optional.empty());
            }
        }
    }

    private boolean isMet(BooleanSupplier condition) {
        boolean[] met = new boolean[1];
        guarded(() -> met[0] = condition.getAsBoolean());
        return met[0];
    }

    private boolean step(long until) {
        if (++steps > STEPS_MAX) {
            throw failure(new SimulationFailure("more than " + STEPS_MAX + " steps"), Optional.empty());
        }
        try {
            return cluster.scheduler().step(until);
        } catch (RuntimeException | Error cause) {
            throw failure(cause, Optional.of(cause));
        }
    }

    /** Says with each failure how to see it again. */
    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error cause) {
            throw failure(cause, Optional.of(cause));
        }
    }

    private SimulationFailure failure(Throwable broken, Optional<Throwable> cause) {
        SimulationFailure failure = new SimulationFailure(broken + "\nseed " + seed + ", " + cluster.options() + "\n"
                + cluster + workload + "\nreplay with -Dsim.seed=" + seed + " -Dsim.simulated.seconds="
                + cluster.options().faultMillis() / 1_000);
        cause.ifPresent(failure::initCause);
        return failure;
    }
}
