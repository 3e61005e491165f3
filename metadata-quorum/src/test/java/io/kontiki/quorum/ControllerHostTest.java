package io.kontiki.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.controller.ControllerConfig;
import io.kontiki.controller.Now;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ControllerHostTest {
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final LocalMetadata metadata = new LocalMetadata(fault -> faults.add(fault.toString()));
    private final InMemoryMetadataLog log = new InMemoryMetadataLog(1, metadata);
    private volatile BrokerProbe.Finding finding = BrokerProbe.Finding.LISTENING;
    private final ControllerHost host = new ControllerHost(
            log,
            metadata,
            ControllerConfig.defaults(SampleCommands.CLUSTER_ID),
            endpoint -> CompletableFuture.completedFuture(finding),
            () -> new Now(System.currentTimeMillis(), System.nanoTime()),
            RandomGenerator.getDefault(),
            (message, cause) -> faults.add(message + ": " + cause));

    @AfterEach
    void stop() {
        host.close();
        log.close();
        assertThat(faults).isEmpty();
    }

    @Test
    void refusesUntilThisNodeLeads() {
        assertThat(reason(register(1))).isEqualTo(ErrorReason.ERROR_REASON_NOT_LEADER);
        assertThat(host.isController()).isFalse();
    }

    @Test
    void firstControllerInitializesTheCluster() {
        lead();

        await().untilAsserted(() -> assertThat(metadata.current().clusterId()).isEqualTo(SampleCommands.CLUSTER_ID));
    }

    @Test
    void controllerOfANewTermGoesOn() {
        lead();
        assertThat(reason(register(1))).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);

        log.changeTerm();

        await().until(() -> host.actingTerm().filter(term -> term == 2).isPresent());
        assertThat(reason(register(2))).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(metadata.current().brokers()).containsOnlyKeys(1, 2);
    }

    @Test
    void refusedDialAfterABrokenStreamFencesAtOnce() {
        lead();
        var epoch = register(1).getReply().getRegisterBroker().getBrokerEpoch();
        await().until(() -> {
            beat(1, epoch);
            return metadata.current().usable(1);
        });

        host.heartbeatStreamBroken(1, epoch);
        await().during(300, TimeUnit.MILLISECONDS)
                .until(() -> metadata.current().usable(1));
        finding = BrokerProbe.Finding.REFUSED;
        var begin = System.nanoTime();

        await().until(() -> !metadata.current().usable(1));
        assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(2));
    }

    @Test
    void tooManyProposalsAreRefused() {
        lead();
        register(1);

        var answers = IntStream.range(0, 4 * ControllerLoop.PROPOSALS_MAX)
                .mapToObj(i -> host.propose(registration(1)))
                .toList();

        var reasons = answers.stream()
                .map(CompletableFuture::join)
                .map(ControllerHostTest::reason)
                .toList();
        assertThat(reasons).contains(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(reasons).containsOnly(ErrorReason.ERROR_REASON_UNSPECIFIED, ErrorReason.ERROR_REASON_OVERLOADED);
        assertThat(reason(register(1))).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
    }

    @Test
    void closeRefusesWhatComesLater() {
        lead();
        host.close();

        assertThat(reason(register(1))).isEqualTo(ErrorReason.ERROR_REASON_NOT_LEADER);
    }

    private void lead() {
        log.start(host);
        await().until(host::isController);
    }

    private void beat(int brokerId, long epoch) {
        host.heartbeat(HeartbeatRequest.newBuilder()
                        .setClusterId(SampleCommands.CLUSTER_ID)
                        .setBrokerId(brokerId)
                        .setBrokerEpoch(epoch)
                        .setAppliedIndex(metadata.current().position().index())
                        .setReady(true)
                        .build())
                .join();
    }

    private ProposeResponse register(int brokerId) {
        return host.propose(registration(brokerId))
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static ProposeRequest registration(int brokerId) {
        return ProposeRequest.newBuilder()
                .setClusterId(SampleCommands.CLUSTER_ID)
                .setFromBrokerId(brokerId)
                .setRegisterBroker(RegisterBroker.newBuilder()
                        .setClusterId(SampleCommands.CLUSTER_ID)
                        .setBrokerId(brokerId)
                        .setIncarnation(UuidBytes.toBytes(new UUID(1, brokerId)))
                        .addDirectoryIds(UuidBytes.toBytes(new UUID(2, brokerId)))
                        .setHost("localhost")
                        .setPort(9392))
                .build();
    }

    private static ErrorReason reason(ProposeResponse response) {
        return response.getReply().getReason();
    }
}
