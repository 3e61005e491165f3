package io.kontiki.service.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.ImageCodec;
import io.kontiki.quorum.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A voter, and a broker without a vote whose connections take no message that is much larger than a part. */
class LargeImageTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @Test
    void brokerOutsideTheQuorumFollowsAnImageLargerThanAnyMessage() {
        var raft = new Endpoint("127.0.0.1", FreePorts.find());
        var endpoint = new Endpoint("127.0.0.1", FreePorts.find());
        try (var voter = QuorumNode.voter(1, endpoint, Map.of(1, raft), directory)
                        .start();
                var other = QuorumNode.other(9, List.of(endpoint), directory)) {
            await().atMost(SOON).until(() -> voter.events.contains("unfenced"));
            create(voter, "first");
            create(voter, "second");
            assertThat(ImageCodec.encode(voter.metadata.current()).length)
                    .isGreaterThan(OutgoingUpdate.PART_BYTES_MAX + QuorumNode.OVERHEAD_BYTES);

            other.start();
            await().atMost(SOON).until(() -> other.events.contains("unfenced"));
            create(voter, "third");

            await().atMost(SOON)
                    .until(() -> other.metadata.current().topic("third").isPresent());
            assertThat(other.metadata.current().topics())
                    .isEqualTo(voter.metadata.current().topics());
            assertThat(other.events).containsExactly("unfenced");
            assertThat(other.faults).isEmpty();
        }
    }

    private static void create(QuorumNode node, String name) {
        var response = node.createTopic(name, 10_000, 1)
                .orTimeout(SOON.toSeconds(), TimeUnit.SECONDS)
                .join();
        node.metadata
                .awaitIndex(response.getIndex())
                .orTimeout(SOON.toSeconds(), TimeUnit.SECONDS)
                .join();
        assertThat(node.metadata.current().topic(name)).isPresent();
    }
}
