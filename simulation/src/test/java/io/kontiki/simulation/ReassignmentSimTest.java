package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Replicas move in the simulated cluster as in a real one. */
class ReassignmentSimTest {
    @ParameterizedTest
    @EnumSource
    void replicaMovesWhileTheClusterWrites(FlushMode mode) {
        Simulation simulation =
                new Simulation(1, SimulationOptions.scripted(mode).withNodes(4, 2));
        Cluster cluster = simulation.cluster();
        simulation.startBrokers();
        simulation.createTopicOn(List.of(1, 2, 3));
        simulation.workload().start();
        simulation.runFor(2_000);
        cluster.operator().reassign(cluster.partition(), List.of(4, 2, 3));
        simulation.await("node 4 to replace node 1", () -> {
            var record = cluster.record().orElseThrow();
            return record.replicas().equals(List.of(4, 2, 3))
                    && !record.reassignment().isUnderWay();
        });
        simulation.runFor(2_000);
        assertThat(cluster.node(1).serving().orElseThrow().find(cluster.partition()))
                .isEmpty();
        assertThat(simulation.healAndCheck()).isGreaterThan(50);
    }
}
