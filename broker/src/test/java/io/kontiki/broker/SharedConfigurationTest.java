package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.kontiki.proto.v1.DescribeQuorumRequest;
import io.kontiki.proto.v1.DescribeQuorumResponse;
import io.kontiki.proto.v1.QuorumMember;
import io.kontiki.proto.v1.VoterServiceGrpc;
import io.kontiki.quorum.FreePorts;
import io.kontiki.quorum.Together;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that differ by their numbers and addresses only, as the pods of a StatefulSet do. */
class SharedConfigurationTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int VOTERS = 3;
    private static final int BROKERS = 4;

    @TempDir
    private Path data;

    private final Map<Integer, Broker> brokers = new TreeMap<>();
    private final List<Integer> ports =
            Stream.generate(FreePorts::find).distinct().limit(2 * BROKERS).toList();

    @AfterEach
    void stop() {
        Together.close(brokers.values());
    }

    @Test
    void theNamedOnesFormTheQuorumAndTheOthersJoinIt() throws Exception {
        for (int id = BROKERS - 1; id >= 0; id--) {
            start(id);
        }
        awaitServing();
        await().atMost(SOON).until(() -> voters(describe(0)).equals(List.of(0, 1, 2)));
        assertThat(describe(3).getQuorumId()).isEqualTo(describe(0).getQuorumId());

        // A founder that lost its volume finds the quorum that it once formed, and gets no vote by itself.
        brokers.remove(1).close();
        delete(directory(1));
        start(1);
        awaitServing();

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(describe(1).getQuorumId()).isEqualTo(describe(0).getQuorumId());
            assertThat(problem(describe(0), 1)).contains("runs without this storage");
        });
    }

    private void awaitServing() throws InterruptedException {
        for (var broker : brokers.values()) {
            assertThat(broker.awaitServing(SOON)).as("serves").isTrue();
        }
    }

    private void start(int id) {
        brokers.put(
                id,
                Broker.start(BrokerConfig.of(Map.of(
                        "cluster.id", "pods",
                        "quorum.voters", list(VOTERS, i -> i + "@" + address(BROKERS + i)),
                        "metadata.bootstrap.servers", list(VOTERS, this::address),
                        "broker.id", Integer.toString(id),
                        "listeners", "GRPC://" + address(id),
                        "quorum.listener", address(BROKERS + id),
                        "log.dirs", directory(id).toString()))));
    }

    private String address(int port) {
        return "127.0.0.1:" + ports.get(port);
    }

    private static String list(int count, IntFunction<String> item) {
        return IntStream.range(0, count).mapToObj(item).collect(Collectors.joining(","));
    }

    private Path directory(int id) {
        return data.resolve("broker-" + id);
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static List<Integer> voters(DescribeQuorumResponse quorum) {
        return quorum.getMembersList().stream()
                .filter(member -> member.getRole() != QuorumMember.Role.ROLE_OBSERVER)
                .map(QuorumMember::getBrokerId)
                .toList();
    }

    private static String problem(DescribeQuorumResponse quorum, int id) {
        return quorum.getMembersList().stream()
                .filter(member -> member.getBrokerId() == id && member.getRole() != QuorumMember.Role.ROLE_OBSERVER)
                .map(QuorumMember::getProblem)
                .collect(Collectors.joining());
    }

    private DescribeQuorumResponse describe(int id) {
        var endpoint = brokers.get(id).endpoint();
        var channel = NettyChannelBuilder.forAddress(endpoint.host(), endpoint.port())
                .usePlaintext()
                .build();
        try {
            return VoterServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .describeQuorum(DescribeQuorumRequest.getDefaultInstance());
        } finally {
            channel.shutdownNow();
        }
    }
}
