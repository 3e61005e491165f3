package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.kontiki.localcluster.BrokerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Brokers restarted one after the other, as in an upgrade: the next one as soon as the health of the last one says that it is
 * ready, which is all that an orchestrator asks. Rounds: {@code -Drolling.rounds}.
 */
class RollingRestartIT {
    private static final String TOPIC = "rolling";
    /** A step is over much sooner, unless the machine is very busy. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final int ROUNDS = Integer.getInteger("rolling.rounds", 1);

    /** S54 without transactions. */
    @Test
    void producersAndConsumersDoNotNotice() throws IOException {
        try (FaultScenario scenario = new FaultScenario(3)) {
            // Not about elections of the quorum: on a busy machine they would come by themselves.
            scenario.cluster().set("quorum.election.timeout.ms", "2000-3000");
            // Leases want five times that; whoever stops asks for leave, so no session has to run out.
            scenario.cluster().set("broker.session.timeout.ms", "10000");
            scenario.createTopic(TOPIC);
            try (BackgroundReader reader =
                    new BackgroundReader(scenario.cluster().bootstrap(), TOPIC)) {
                Duration longestGap = scenario.loseNothing(TOPIC, () -> {
                    for (int round = 1; round <= ROUNDS; round++) {
                        for (BrokerProcess broker : scenario.cluster().brokers()) {
                            restart(broker);
                        }
                    }
                });
                System.out.printf(
                        "%d rolling restarts of three brokers: longest time between two acknowledgements %d ms%n",
                        ROUNDS, longestGap.toMillis());
                assertThat(reader.failure()).as("the consumer").isEmpty();
            }
            for (BrokerProcess broker : scenario.cluster().brokers()) {
                assertThat(broker.log())
                        .as("broker %d claims each time that it stopped in order", broker.id())
                        .contains("the last run stopped in order")
                        .doesNotContain(
                                "the last run died", "went down in the last run", "nothing is known of the last run");
            }
        }
    }

    private static void restart(BrokerProcess broker) throws IOException {
        broker.terminate();
        assertThat(broker.awaitExit(PATIENCE)).as("exit code").isPresent();
        broker.start();
        await().atMost(PATIENCE).until(() -> isReady(broker));
    }

    private static boolean isReady(BrokerProcess broker) {
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(broker.endpoint()).usePlaintext().build();
        try {
            return HealthGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(1, TimeUnit.SECONDS)
                            .check(HealthCheckRequest.newBuilder()
                                    .setService("readiness")
                                    .build())
                            .getStatus()
                    == ServingStatus.SERVING;
        } catch (StatusRuntimeException notYet) {
            return false;
        } finally {
            channel.shutdownNow();
        }
    }
}
