package io.kontiki.simulation;

import io.kontiki.metadata.FlushMode;
import org.junit.jupiter.api.Test;

class WorkloadTest {
    private static final long SLOW_MILLIS = 20_000;
    /** After that long, whoever waits for a new topic has looked for it again. */
    private static final long LOOK_MILLIS = 1_000;

    /** Nobody could ever acknowledge what they send. */
    @Test
    void producersOfATopicThatIsBeingDeletedAreNotStarted() {
        Simulation simulation = new Simulation(1, SimulationOptions.scripted(FlushMode.ACK));
        Cluster cluster = simulation.cluster();
        simulation.startBrokers();
        simulation.createTopic();
        simulation.workload().start();
        simulation.workload().createTopic(0);
        simulation.await("a second topic", () -> cluster.partitions().size() == 2);
        cluster.quorum().setCommitMillis(SLOW_MILLIS);
        simulation.workload().deleteTopic(0);
        simulation.runFor(LOOK_MILLIS);
        simulation.await(
                "the end of the second topic", () -> cluster.partitions().size() == 1);
        simulation.healAndCheck();
    }
}
