package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.replication.IsolatedLeader;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Members join, leave, crash and stand still all the time, and now and then a broker or the controller: a partition has one
 * owner in each group at each step. {@code -Dsim.storm.members=200 -Dsim.storm.seconds=300} is a storm of more than a million
 * operations of members.
 */
class RebalanceStormSimTest {
    private static final int MEMBERS = Integer.getInteger("sim.storm.members", 40);
    private static final int SECONDS = Integer.getInteger("sim.storm.seconds", 20);
    private static final long SEED = Long.getLong("sim.seed", 1);
    private static final int OF_EACH_GROUP = 10;
    private static final int PARTITIONS = 16;
    private static final long POLL_MILLIS = 90;
    /** Of one member. */
    private static final long CALM_MILLIS = 10_000;

    private final SplittableRandom random = new SplittableRandom(SEED);

    @Test
    void eachPartitionHasOneOwnerInAStorm() {
        long millis = TimeUnit.SECONDS.toMillis(SECONDS);
        var options = new SimulationOptions(
                3, 2, FlushMode.ACK, IsolatedLeader.SERVE, 1, PARTITIONS, 1 << 14, -1, 60_000, 200, 4_000, millis);
        Simulation simulation = new Simulation(SEED, options, faults(millis));
        for (int group = 0; group < MEMBERS / OF_EACH_GROUP; group++) {
            simulation
                    .workload()
                    .groups()
                    .add("group-" + group, OF_EACH_GROUP, 2, GroupWorkload.ALL_TOPICS, POLL_MILLIS);
        }
        simulation.run();
        System.out.println("storm of " + MEMBERS + " members in " + SECONDS + " s, seed " + SEED + ": "
                + simulation.cluster().groupChecks().memberEvents() + " operations of members, " + simulation.steps()
                + " events; " + simulation.events());
        assertThat(simulation.events().counts().get(Event.GROUP_REBALANCED)).isGreaterThan(SECONDS);
        assertThat(simulation.events().counts().get(Event.PARTITION_CHANGED_HANDS))
                .isGreaterThan(SECONDS);
    }

    private List<Fault> faults(long millis) {
        List<Fault> faults = new ArrayList<>();
        for (long at = 0; at < millis; at += 1 + random.nextLong(2 * CALM_MILLIS / MEMBERS)) {
            faults.add(fault(at));
        }
        return faults;
    }

    private Fault fault(long at) {
        Fault.Kind kind = switch (random.nextInt(40)) {
            case 0 -> random.nextInt(5) == 0 ? Fault.Kind.CRASH : Fault.Kind.BREAK_STREAMS;
            case 1 -> random.nextInt(5) == 0 ? Fault.Kind.PAUSE : Fault.Kind.LOSE_QUORUM_ANSWERS;
            case 2 -> random.nextInt(5) == 0 ? Fault.Kind.CHANGE_CONTROLLER : Fault.Kind.DUPLICATE_COMMANDS;
            case 3, 4, 5, 6, 7, 8, 9, 10 -> Fault.Kind.MEMBER_LEAVES;
            case 11, 12, 13, 14, 15, 16 -> Fault.Kind.MEMBER_STANDS_STILL;
            case 17, 18, 19, 20, 21, 22 -> Fault.Kind.MEMBER_LOSES_ITS_STREAM;
            default -> Fault.Kind.MEMBER_CRASHES;
        };
        boolean member = kind.name().startsWith("MEMBER");
        long lasts = random.nextInt(4) == 0 ? 1_000 + random.nextLong(7_000) : 10 + random.nextLong(1_500);
        return new Fault(
                at, kind, 1 + random.nextInt(3), 1 + random.nextInt(3), lasts, random.nextLong(member ? MEMBERS : 300));
    }
}
