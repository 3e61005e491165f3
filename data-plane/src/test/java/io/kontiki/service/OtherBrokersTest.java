package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.command.TestQuorum;
import io.kontiki.proto.v1.BrokerConfigEntry;
import io.kontiki.proto.v1.ConfigServiceGrpc;
import io.kontiki.proto.v1.DescribeConfigsRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Broker 1, which finds itself where broker 2 says that it is. */
@Timeout(30)
class OtherBrokersTest {
    private final LocalMetadata metadata = new LocalMetadata(fault -> {
        throw new AssertionError(fault);
    });
    private final ServiceFixture one = new ServiceFixture(new ConfigGrpcService(
                    1,
                    metadata,
                    command -> {
                        throw new AssertionError(command);
                    },
                    endpoint -> channel(),
                    new NoSettings())
            .service());

    private ManagedChannel channel() {
        return one.channel();
    }

    private static final class NoSettings implements ConfigGrpcService.Settings {
        @Override
        public List<BrokerConfigEntry> entries() {
            return List.of();
        }

        @Override
        public Optional<String> unknown(String key) {
            return Optional.empty();
        }
    }

    @AfterEach
    void close() {
        one.close();
    }

    @Test
    void aRequestIsHandedOnOnce() {
        var image = TestQuorum.withBrokers(1, 2).image();
        metadata.publish(MetadataDelta.between(MetadataImage.EMPTY, image), image);
        var stub = ConfigServiceGrpc.newBlockingStub(one.channel()).withDeadlineAfter(20, TimeUnit.SECONDS);

        assertThatThrownBy(() -> stub.describeConfigs(
                        DescribeConfigsRequest.newBuilder().setBrokerId(2).build()))
                .hasMessageContaining("broker_id 2 is registered at host2:9392", "where another broker answers");
    }
}
