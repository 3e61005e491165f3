package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.FetchPartition;
import io.kontiki.proto.v1.FetchPartitionResult;
import io.kontiki.proto.v1.FetchRequest;
import io.kontiki.proto.v1.FetchResponse;
import io.kontiki.proto.v1.FetchServiceGrpc;
import io.kontiki.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes out to one broker that answers when it is told to. Everything runs on the test's thread. */
class FetchLinksTest {
    private static final HostPort ADDRESS = new HostPort("broker", 1);
    private static final int MIB = 1 << 20;
    private static final long END = 1_000_000;

    private final String name = UUID.randomUUID().toString();
    private final Deque<FetchRequest> requests = new ArrayDeque<>();
    private final Map<TopicPartition, PartitionFetcher> partitions = new LinkedHashMap<>();
    private final List<Runnable> events = new ArrayList<>();
    private StreamObserver<FetchResponse> answers;
    private Server server;
    private Channels channels;
    private FetchLinks links;

    private final class Broker extends FetchServiceGrpc.FetchServiceImplBase {
        @Override
        public StreamObserver<FetchRequest> fetch(StreamObserver<FetchResponse> out) {
            answers = out;
            return new StreamObserver<>() {
                @Override
                public void onNext(FetchRequest request) {
                    requests.addLast(request);
                }

                @Override
                public void onError(Throwable error) {
                    // The test is over.
                }

                @Override
                public void onCompleted() {
                    out.onCompleted();
                }
            };
        }
    }

    @BeforeEach
    void start() throws IOException {
        BindableService broker = new Broker();
        server = InProcessServerBuilder.forName(name)
                .directExecutor()
                .addService(broker)
                .build()
                .start();
        channels = new Channels(this::channel);
    }

    private ManagedChannel channel(HostPort address, ClientInterceptor listener) {
        return InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    @AfterEach
    void stop() {
        if (links != null) {
            links.close();
        }
        channels.close(Duration.ZERO);
        server.shutdownNow();
    }

    private void read(int count, long prefetchMaxBytes) {
        var config = new ConsumerConfig(
                Position.earliest(),
                ResetPolicy.ERROR,
                1000,
                MIB,
                prefetchMaxBytes,
                1,
                500,
                true,
                Long.MAX_VALUE,
                Optional.empty());
        for (int number = 0; number < count; number++) {
            var partition = new PartitionFetcher(
                    new TopicPartition("t", number),
                    Optional.of(Position.offset(0)),
                    MIB,
                    true,
                    new Backoff(1, 1, new SplittableRandom(1)));
            partition.onLeader(Optional.of(new Leader(new UUID(1, 2), 9, ADDRESS)));
            partitions.put(partition.partition(), partition);
        }
        links = new FetchLinks(config, channels, partitions, new FetchOutcomes(config, null), events::add);
        links.send(0);
    }

    /** Answers the oldest request and lets the consumer go on. */
    private void answer(long end, ByteString records) {
        answer(end, partition -> records);
    }

    private void answer(long end, IntFunction<ByteString> records) {
        answer(partition -> end, records);
    }

    private void answer(IntToLongFunction end, IntFunction<ByteString> records) {
        var request = requests.removeFirst();
        var response = FetchResponse.newBuilder().setCorrelationId(request.getCorrelationId());
        for (var asked : request.getPartitionsList()) {
            response.addPartitions(FetchPartitionResult.newBuilder()
                    .setTopic(asked.getTopic())
                    .setPartition(asked.getPartition())
                    .setHighWatermark(end.applyAsLong(asked.getPartition()))
                    .setRecords(records.apply(asked.getPartition())));
        }
        answers.onNext(response.build());
        events.forEach(Runnable::run);
        events.clear();
        links.send(0);
    }

    private static ByteString batch(int valueBytes) {
        var builder = new RecordBatchBuilder(2 * MIB);
        builder.add(7, null, ByteBuffer.allocate(valueBytes), List.of());
        return ByteString.copyFrom(builder.build());
    }

    private static List<Integer> asked(FetchRequest request) {
        return request.getPartitionsList().stream()
                .map(FetchPartition::getPartition)
                .toList();
    }

    @Test
    void theBrokerHasTheNextRequestWhileAnAnswerIsOnItsWay() {
        read(4, 64 * MIB);
        assertThat(requests).extracting(FetchLinksTest::asked).containsExactly(List.of(0, 1, 2, 3));
        assertThat(requests.getFirst().getMaxWaitMs()).isEqualTo(500);

        answer(END, partition -> partition == 0 ? batch(100) : ByteString.EMPTY);
        assertThat(requests).extracting(FetchLinksTest::asked).containsExactly(List.of(0), List.of(1));
        assertThat(requests).extracting(FetchRequest::getMaxWaitMs).containsExactly(0, 0);

        answer(END, batch(MIB));
        assertThat(requests).extracting(FetchLinksTest::asked).containsExactly(List.of(1), List.of(2));
        answer(END, batch(MIB));
        answer(END, batch(MIB));
        assertThat(requests).extracting(FetchLinksTest::asked).containsExactly(List.of(3));
        answer(END, batch(MIB));
        assertThat(requests).as("all have enough").isEmpty();
    }

    @Test
    void whatIsOnItsWayCountsAsFetched() {
        var little = batch(100);
        read(4, MIB + MIB / 2 + little.size());
        answer(END, partition -> partition == 0 ? little : ByteString.EMPTY);

        assertThat(requests).extracting(FetchRequest::getMaxBytes).containsExactly(MIB, MIB / 2);
        answer(END, batch(MIB));
        assertThat(requests).as("no room is left").hasSize(1);
    }

    /** Or the one that has records would stand still behind it. */
    @Test
    void noRequestThatWaitsGoesOutBehindAnother() {
        read(2, 64 * MIB);
        answer(partition -> partition == 0 ? END : 0, partition -> partition == 0 ? batch(100) : ByteString.EMPTY);
        assertThat(requests).extracting(FetchLinksTest::asked).containsExactly(List.of(0));
    }

    /** An end that cannot be read up to must not make the consumer ask without a pause. */
    @Test
    void anAnswerWithoutRecordsIsFollowedByARequestThatWaits() {
        read(2, 64 * MIB);
        answer(END, ByteString.EMPTY);

        assertThat(requests).extracting(FetchLinksTest::asked).containsExactly(List.of(0, 1));
        assertThat(requests.getFirst().getMaxWaitMs()).isEqualTo(500);
    }

    /** A partition that is read slowly would keep the memory of others that are read fast, uncounted. */
    @Test
    void aSmallPartOfAnAnswerDoesNotKeepAllOfIt() {
        var large = batch(1000);
        var small = batch(10);

        assertThat(FetchLinks.keepable(large, 2 * large.size())).isSameAs(large);
        assertThat(FetchLinks.keepable(small, 2 * small.size() + 2))
                .isEqualTo(small)
                .isNotSameAs(small);
    }
}
