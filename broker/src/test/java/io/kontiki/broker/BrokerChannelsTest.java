package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.service.StartGate;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePMap;

class BrokerChannelsTest {
    private static final Endpoint PEER = new Endpoint("peer.example", 9392);

    private final BrokerChannels channels = new BrokerChannels(1 << 20);
    private MetadataImage image = MetadataImage.EMPTY;

    @AfterEach
    void close() {
        channels.close();
    }

    private void publish(int run, boolean fenced) {
        publish(run, fenced, PEER);
    }

    private void publish(int run, boolean fenced, Endpoint peer) {
        var broker = new BrokerRegistration(
                2,
                new UUID(2, run),
                Optional.empty(),
                10 + run,
                new TreeMap<>(),
                peer,
                Optional.empty(),
                fenced,
                false,
                0);
        publish(MetadataImage.EMPTY.withBrokers(TreePMap.singleton(2, broker)));
    }

    private void publish(MetadataImage next) {
        channels.onMetadata(MetadataDelta.between(image, next), next);
        image = next;
    }

    @Test
    void connectionOutlastsWhatItsBrokerIsSubjectTo() {
        publish(1, true);
        var channel = channels.to(PEER);

        publish(1, false);

        assertThat(channels.to(PEER)).isSameAs(channel);
    }

    /** It may be at another address, and the old one silent. */
    @Test
    void brokerThatRunsAnewIsDialledAnew() {
        publish(1, false);
        var channel = channels.to(PEER);

        publish(2, true);

        assertThat(channels.to(PEER)).isNotSameAs(channel);
        assertThat(channel.isShutdown()).isTrue();
    }

    /** It was dialled again before the news of the restart came. */
    @Test
    void connectionOnWhichThePresentRunAnsweredIsKept() {
        try (var second = GrpcEndpoint.start(
                new ListenAddress("127.0.0.1", 0),
                new RunInterceptor(2, new UUID(2, 2)),
                1 << 20,
                10,
                new ConnectionCounts(),
                new StartGate(),
                List.of())) {
            var peer = new Endpoint("127.0.0.1", second.port());
            publish(1, false, peer);
            var channel = channels.to(peer);
            HealthGrpc.newBlockingStub(channel)
                    .check(HealthCheckRequest.newBuilder()
                            .setService("liveness")
                            .build());

            publish(2, true, peer);

            assertThat(channels.to(peer)).isSameAs(channel);
            assertThat(channel.isShutdown()).isFalse();

            publish(3, true, peer);

            assertThat(channel.isShutdown()).isTrue();
        }
    }

    @Test
    void connectionToABrokerThatIsGoneIsClosed() {
        publish(1, false);
        var channel = channels.to(PEER);

        publish(MetadataImage.EMPTY);

        assertThat(channel.isShutdown()).isTrue();
    }
}
