package io.kontiki.service;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.GetMetadataRequest;
import io.kontiki.proto.v1.GetMetadataResponse;
import io.kontiki.proto.v1.MetadataServiceGrpc;
import io.kontiki.proto.v1.WatchMetadataRequest;
import io.kontiki.proto.v1.WatchMetadataResponse;
import io.kontiki.replication.Lease;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Tells who leads what, once or as it changes.
 *
 * <p>Threads: watchers belong to one thread, that of the executor; changes of the image and events of the streams come to
 * it as tasks, which never block. So a watcher needs no lock, and a slow one holds up neither the metadata nor others.
 */
public final class MetadataGrpcService extends MetadataServiceGrpc.MetadataServiceImplBase {
    /** Watchers at once. */
    static final int WATCHERS_MAX = 10_000;

    /** Longest silence of a stream. */
    private static final long BEAT_MILLIS = 1_000;

    private final LocalMetadata metadata;
    private final ScheduledExecutorService watching;
    private final int messageBytes;
    private final Set<MetadataWatcher> watchers = new LinkedHashSet<>();
    // What the watchers were told of. The current image may be ahead of it, by changes that are tasks still: a
    // watcher that was shown it would be shown older ones next.
    private MetadataImage told = MetadataImage.EMPTY;

    /**
     * @param watching runs one task at a time, in order; stop it only after the server
     * @param lease of this broker: without it the image may be old, and clients had better ask elsewhere
     */
    public MetadataGrpcService(LocalMetadata metadata, ScheduledExecutorService watching, Supplier<Lease> lease) {
        this(metadata, watching, lease, MetadataWatcher.MESSAGE_BYTES);
    }

    MetadataGrpcService(
            LocalMetadata metadata, ScheduledExecutorService watching, Supplier<Lease> lease, int messageBytes) {
        this.metadata = metadata;
        this.watching = watching;
        this.messageBytes = messageBytes;
        metadata.addPublisher((delta, image) -> watching.execute(() -> onMetadata(delta, image)));
        watching.scheduleWithFixedDelay(
                () -> {
                    if (lease.get().holds(System.nanoTime())) {
                        watchers.forEach(watcher -> watcher.beat(told));
                    }
                },
                BEAT_MILLIS,
                BEAT_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void getMetadata(GetMetadataRequest request, StreamObserver<GetMetadataResponse> out) {
        RequestLimits.topicNames(request.getTopicsList());
        var image = RequestLimits.ready(metadata.current());
        var response = GetMetadataResponse.newBuilder()
                .setClusterId(image.clusterId())
                .setVersion(image.position().index());
        image.brokers().values().forEach(broker -> response.addBrokers(MetadataMessages.broker(broker)));
        if (request.getTopicsCount() == 0) {
            image.topics().all().forEach(topic -> response.addTopics(MetadataMessages.topic(topic)));
        }
        request.getTopicsList().stream()
                .distinct()
                .sorted()
                .forEach(name -> image.topic(name)
                        .ifPresentOrElse(
                                topic -> response.addTopics(MetadataMessages.topic(topic)),
                                () -> response.addUnknownTopics(name)));
        out.onNext(response.build());
        out.onCompleted();
    }

    @Override
    public void watchMetadata(WatchMetadataRequest request, StreamObserver<WatchMetadataResponse> out) {
        RequestLimits.topicNames(request.getTopicsList());
        var stream = (ServerCallStreamObserver<WatchMetadataResponse>) out;
        var watcher = new MetadataWatcher(request.getTopicsList(), stream, messageBytes);
        stream.setOnCancelHandler(() -> watching.execute(() -> watchers.remove(watcher)));
        stream.setOnReadyHandler(() -> watching.execute(() -> watcher.send(told)));
        watching.execute(() -> add(watcher, stream));
    }

    private void add(MetadataWatcher watcher, ServerCallStreamObserver<WatchMetadataResponse> stream) {
        if (stream.isCancelled()) {
            return;
        }
        if (watchers.size() >= WATCHERS_MAX) {
            stream.onError(ServiceErrors.exception(
                    ErrorReason.ERROR_REASON_OVERLOADED,
                    "this broker serves " + WATCHERS_MAX + " metadata streams already, its limit"));
            return;
        }
        watchers.add(watcher);
        watcher.send(told);
    }

    private void onMetadata(MetadataDelta delta, MetadataImage image) {
        var before = told;
        told = image;
        if (delta.isOfGroupsOnly() && !delta.groups().isEmpty()) {
            return; // What members commit is nothing that watchers are told.
        }
        var shown = shown(delta, before, image);
        for (var watcher : watchers) {
            watcher.onMetadata(shown);
            watcher.send(image);
        }
    }

    /** Without topics of which clients are told nothing new, once for all watchers: a topic is sent whole. */
    private static MetadataDelta shown(MetadataDelta delta, MetadataImage before, MetadataImage after) {
        var hidden = delta.changedTopics().stream()
                .filter(id -> before.topic(id)
                        .flatMap(old -> after.topic(id).map(topic -> MetadataMessages.showSame(old, topic)))
                        .orElse(false))
                .toList();
        return delta.withChangedTopics(delta.changedTopics().minusAll(hidden));
    }
}
