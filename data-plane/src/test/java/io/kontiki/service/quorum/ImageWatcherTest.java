package io.kontiki.service.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.QuorumServiceGrpc;
import io.kontiki.proto.internal.v1.WatchImageRequest;
import io.kontiki.proto.internal.v1.WatchImageResponse;
import io.kontiki.proto.internal.v1.WatchImageResponse.Part;
import io.kontiki.quorum.ratis.QuorumConfig;
import io.kontiki.quorum.ratis.RatisMetadataLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that follows a voter which does to each of its streams what the test says. */
class ImageWatcherTest {
    private static final String CLUSTER_ID = "test-cluster";
    private static final long SILENCE_MILLIS_MAX = 60_000;

    @TempDir
    private Path directory;

    private final List<WatchImageRequest> asked = new CopyOnWriteArrayList<>();
    private final Queue<Consumer<StreamObserver<WatchImageResponse>>> streams = new ConcurrentLinkedQueue<>();
    private final LocalMetadata metadata = new LocalMetadata(fault -> {
        throw fault;
    });
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final MetadataImage image = MetadataImage.EMPTY
            .withTopics(MetadataImage.EMPTY.topics().with(UpdatePartsTest.topic(1, 50)))
            .withPosition(new LogPosition(1, 5));
    private Server server;
    private ManagedChannel channel;
    private ImageWatcher watcher;

    @BeforeEach
    void prepare() throws IOException {
        server = InProcessServerBuilder.forName("voter")
                .addService(new QuorumServiceGrpc.QuorumServiceImplBase() {
                    @Override
                    public void watchImage(WatchImageRequest request, StreamObserver<WatchImageResponse> out) {
                        asked.add(request);
                        streams.remove().accept(out);
                    }
                })
                .build()
                .start();
        channel = InProcessChannelBuilder.forName("voter").build();
        var endpoint = new Endpoint("127.0.0.1", 1);
        var notStarted = new RatisMetadataLog(
                QuorumConfig.founder(9, Map.of(9, endpoint), directory, CLUSTER_ID),
                metadata,
                () -> endpoint,
                (message, e) -> {});
        var view = new QuorumView(notStarted, notStarted, metadata, List.of(endpoint));
        watcher =
                new ImageWatcher(9, CLUSTER_ID, view, metadata, to -> channel, SILENCE_MILLIS_MAX, scheduler, () -> {});
    }

    @AfterEach
    void stop() {
        watcher.close();
        channel.shutdownNow();
        server.shutdownNow();
        scheduler.shutdown();
    }

    private static WatchImageResponse message(Part part) {
        return WatchImageResponse.newBuilder().setPart(part).build();
    }

    private static List<WatchImageResponse> messages(OutgoingUpdate update) {
        var messages = new ArrayList<WatchImageResponse>();
        update.forEachRemaining(part -> messages.add(message(part)));
        return messages;
    }

    @Test
    void streamThatBreaksWithinAnImageStartsAnew() {
        var parts = messages(OutgoingUpdate.of(image, 500));
        assertThat(parts).hasSizeGreaterThan(3);
        streams.add(out -> {
            parts.subList(0, 3).forEach(out::onNext);
            out.onError(Status.UNAVAILABLE.asRuntimeException());
        });
        streams.add(out -> parts.forEach(out::onNext));

        watcher.start();

        await().until(() -> metadata.current().equals(image));
        assertThat(asked)
                .hasSize(2)
                .allSatisfy(request -> assertThat(request.getLastIndex()).isZero());
        assertThat(watcher.stale()).isFalse();
    }

    @Test
    void partThatDoesNotContinueTheOthersHasTheWholeImageAskedFor() {
        var later = image.withTopics(image.topics().with(UpdatePartsTest.topic(2, 50)))
                .withPosition(new LogPosition(1, 6));
        var change = messages(OutgoingUpdate.of(MetadataDelta.between(image, later), later, 500));
        streams.add(out -> {
            messages(OutgoingUpdate.of(image, 500)).forEach(out::onNext);
            out.onNext(change.get(0));
            out.onNext(change.get(2));
        });
        streams.add(out -> messages(OutgoingUpdate.of(later, 500)).forEach(out::onNext));

        watcher.start();

        await().until(() -> metadata.current().equals(later));
        assertThat(asked).hasSize(2);
        assertThat(asked.get(1).getLastIndex()).isZero();
    }

    @Test
    void streamThatBreaksWithinAChangeGoesOnBehindTheImage() {
        var later = image.withTopics(image.topics().with(UpdatePartsTest.topic(2, 50)))
                .withPosition(new LogPosition(1, 6));
        var change = messages(OutgoingUpdate.of(MetadataDelta.between(image, later), later, 500));
        streams.add(out -> {
            messages(OutgoingUpdate.of(image, 500)).forEach(out::onNext);
            change.subList(0, 2).forEach(out::onNext);
            out.onError(Status.UNAVAILABLE.asRuntimeException());
        });
        streams.add(out -> change.forEach(out::onNext));

        watcher.start();

        await().until(() -> metadata.current().equals(later));
        assertThat(asked).hasSize(2);
        assertThat(asked.get(1).getLastIndex()).isEqualTo(5);
    }
}
