package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.proto.v1.CommitConsumed;
import io.kontiki.proto.v1.ConsumeCredits;
import io.kontiki.proto.v1.ConsumePartitions;
import io.kontiki.proto.v1.ConsumeRequest;
import io.kontiki.proto.v1.ConsumeResponse;
import io.kontiki.proto.v1.ConsumeServiceGrpc;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.PublishRecord;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.proto.v1.PublishServiceGrpc;
import io.kontiki.proto.v1.StartConsuming;
import io.kontiki.proto.v1.StartPosition;
import io.kontiki.proto.v1.Subscription;
import io.kontiki.proto.v1.TopicServiceGrpc;
import io.kontiki.quorum.FreePorts;
import io.kontiki.quorum.Together;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members of a group through the thin tier of three brokers. */
class ThinConsumeTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration SESSION = Duration.ofSeconds(60);
    private static final int PARTITIONS = 4;

    @TempDir
    private Path data;

    private final List<Broker> brokers = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();

    @BeforeEach
    void startThree() throws InterruptedException {
        var ports = Stream.generate(FreePorts::find).distinct().limit(3).toList();
        for (int id = 0; id < 3; id++) {
            brokers.add(Broker.start(BrokerConfig.of(Map.of(
                    "cluster.id",
                    "thin",
                    "listeners",
                    "GRPC://127.0.0.1:0",
                    "quorum.voters",
                    "0@127.0.0.1:" + ports.get(0) + ",1@127.0.0.1:" + ports.get(1) + ",2@127.0.0.1:" + ports.get(2),
                    "broker.id",
                    Integer.toString(id),
                    "log.dirs",
                    data.resolve("broker-" + id).toString()))));
        }
        for (var broker : brokers) {
            assertThat(broker.awaitServing(SOON)).as("serves").isTrue();
            channels.add(NettyChannelBuilder.forAddress(
                            broker.endpoint().host(), broker.endpoint().port())
                    .usePlaintext()
                    .build());
        }
        TopicServiceGrpc.newBlockingStub(channels.get(0))
                .createTopic(CreateTopicRequest.newBuilder()
                        .setName("t")
                        .setPartitions(PARTITIONS)
                        .build());
    }

    @AfterEach
    void stop() {
        channels.forEach(ManagedChannel::shutdownNow);
        Together.close(brokers);
    }

    /** The caller's side of one stream, which gives each credit back at once. */
    private static final class Caller implements ClientResponseObserver<ConsumeRequest, ConsumeResponse> {
        final List<String> values = new CopyOnWriteArrayList<>();
        final List<ConsumePartitions> assigned = new CopyOnWriteArrayList<>();
        final List<String> ends = new CopyOnWriteArrayList<>();
        volatile String memberId = "";
        volatile int commits;
        ClientCallStreamObserver<ConsumeRequest> out;

        @Override
        public void beforeStart(ClientCallStreamObserver<ConsumeRequest> stream) {
            out = stream;
        }

        @Override
        public void onNext(ConsumeResponse answer) {
            switch (answer.getResponseCase()) {
                case STARTED -> memberId = answer.getStarted().getMemberId();
                case ASSIGNED -> assigned.add(answer.getAssigned());
                case REVOKED -> say(ConsumeRequest.newBuilder().setReleased(answer.getRevoked()));
                case COMMITTED -> commits++;
                case RECORDS -> {
                    var records = answer.getRecords().getRecordsList();
                    records.forEach(record -> values.add(record.getValue().toStringUtf8()));
                    say(ConsumeRequest.newBuilder()
                            .setCredits(ConsumeCredits.newBuilder().setRecords(records.size())));
                }
                case LOST, RESPONSE_NOT_SET -> {
                    // The end follows.
                }
            }
        }

        synchronized void say(ConsumeRequest.Builder request) {
            out.onNext(request.build());
        }

        int partitions() {
            return assigned.stream()
                    .flatMap(named -> named.getTopicsList().stream())
                    .mapToInt(topic -> topic.getPartitionsCount())
                    .sum();
        }

        @Override
        public void onError(Throwable failure) {
            ends.add(failure.toString());
        }

        @Override
        public void onCompleted() {
            ends.add("completed");
        }
    }

    private Caller consume(int broker, String memberId) {
        var caller = new Caller();
        ConsumeServiceGrpc.newStub(channels.get(broker)).consume(caller);
        caller.say(ConsumeRequest.newBuilder()
                .setStart(StartConsuming.newBuilder()
                        .setGroupId("g")
                        .setMemberId(memberId)
                        .setSessionTimeoutMs((int) SESSION.toMillis())
                        .setSubscription(Subscription.newBuilder().addTopics("t"))
                        .setStart(StartPosition.newBuilder().setEarliest(true))));
        return caller;
    }

    private void publish(int broker, int from, int to) {
        var request = PublishRequest.newBuilder().setTopic("t");
        for (int i = from; i < to; i++) {
            request.addRecords(PublishRecord.newBuilder()
                    .setKey(ByteString.copyFromUtf8("key " + i))
                    .setValue(ByteString.copyFromUtf8(Integer.toString(i))));
        }
        await().atMost(SOON)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(PublishServiceGrpc.newBlockingStub(channels.get(broker))
                                .publish(request.build())
                                .getRecordsCount())
                        .isEqualTo(to - from));
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    @Test
    void aBrokenStreamGoesOnAsTheSameMemberThroughAnotherBroker() {
        var first = consume(0, "");
        await().atMost(SOON).until(() -> first.partitions() == PARTITIONS);
        publish(1, 0, 100);
        await().atMost(SOON).until(() -> first.values.size() >= 100);
        first.say(ConsumeRequest.newBuilder().setCommit(CommitConsumed.getDefaultInstance()));
        await().atMost(SOON).until(() -> first.commits == 1);
        assertThat(first.values).containsExactlyInAnyOrderElementsOf(numbers(0, 100));
        first.out.cancel("broken", null);

        long brokenNanos = System.nanoTime();
        var second = consume(2, first.memberId);
        publish(1, 100, 200);
        await().atMost(SOON).until(() -> second.values.size() >= 100);

        // Within the session time-out, so nobody had to be fenced before.
        assertThat(Duration.ofNanos(System.nanoTime() - brokenNanos)).isLessThan(SESSION);
        assertThat(second.memberId).isEqualTo(first.memberId);
        assertThat(second.values).containsExactlyInAnyOrderElementsOf(numbers(100, 200));
    }

    /** Rule G9. */
    @Test
    void aSecondStreamOfOneMemberEndsTheFirstThroughAnotherBroker() {
        var first = consume(0, "m");
        await().atMost(SOON).until(() -> first.partitions() == PARTITIONS);
        var second = consume(1, "m");
        await().atMost(SOON).until(() -> second.partitions() == PARTITIONS && !first.ends.isEmpty());

        assertThat(first.ends).singleElement().asString().contains("another stream");
        publish(2, 0, 50);
        await().atMost(SOON).until(() -> second.values.size() >= 50);
        assertThat(first.values).isEmpty();
        assertThat(second.ends).isEmpty();
    }

    @Test
    void membersShareThePartitionsAndOneThatLeavesHandsThemOver() {
        var first = consume(0, "a");
        await().atMost(SOON).until(() -> first.partitions() == PARTITIONS);
        var second = consume(1, "b");
        await().atMost(SOON).until(() -> second.partitions() == PARTITIONS / 2);
        publish(2, 0, 100);
        await().atMost(SOON).until(() -> first.values.size() + second.values.size() >= 100);
        assertThat(first.values).isNotEmpty();
        assertThat(second.values).isNotEmpty();

        first.out.onCompleted();
        await().atMost(SOON).until(() -> !first.ends.isEmpty() && second.partitions() == PARTITIONS);
        assertThat(first.ends).containsExactly("completed");
        var both = new ArrayList<>(first.values);
        both.addAll(second.values.subList(0, 100 - both.size()));
        assertThat(both).containsExactlyInAnyOrderElementsOf(numbers(0, 100));
    }
}
