package io.kontiki.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Groups under churn and faults. By default a few short runs; {@code -Dgroup.operations=1000000 -Dgroup.members=200} for a
 * storm, {@code -Dgroup.seed=…} for a run again.
 */
class GroupSwarmTest {
    private static final long SEED = Long.getLong("group.seed", 1);
    private static final long OPERATIONS = Long.getLong("group.operations", 20_000);
    private static final int MEMBERS = Integer.getInteger("group.members", 24);
    private static final int RUNS = Integer.getInteger("group.runs", 3);

    @Test
    void nobodyOwnsWhatAnotherMemberOwns() {
        for (long seed = SEED; seed < SEED + RUNS; seed++) {
            int groups = 1 + MEMBERS / 12;
            var swarm = new GroupSwarm(seed, new GroupSwarm.Size(MEMBERS, groups, OPERATIONS));
            swarm.run();

            assertThat(swarm.checks.changes).as(swarm.label()).isGreaterThan(OPERATIONS / 200);
            assertThat(swarm.checks.commits).as(swarm.label()).isGreaterThan(OPERATIONS / 20);
            assertThat(swarm.checks.staleCommits + swarm.checks.zombieCommits)
                    .as(swarm.label())
                    .isPositive();
        }
    }
}
