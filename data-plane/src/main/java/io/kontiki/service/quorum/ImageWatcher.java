package io.kontiki.service.quorum;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.ImageCodec;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.proto.internal.v1.DeltaRecord;
import io.kontiki.proto.internal.v1.ImageRecord;
import io.kontiki.proto.internal.v1.QuorumServiceGrpc;
import io.kontiki.proto.internal.v1.WatchImageRequest;
import io.kontiki.proto.internal.v1.WatchImageResponse;
import io.kontiki.proto.internal.v1.WatchImageResponse.Part;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the image of a broker without a vote up to date from a voter's stream, and goes to the next voter when the
 * stream ends or falls silent. The only source of that broker's {@link LocalMetadata}, until it votes. All of it runs on the scheduler's
 * one thread.
 */
public final class ImageWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImageWatcher.class);
    private static final long CHECK_MILLIS = 250;

    private final int brokerId;
    private final String clusterId;
    private final QuorumView view;
    private final LocalMetadata metadata;
    private final Function<Endpoint, ManagedChannel> channels;
    private final ScheduledExecutorService scheduler;
    private final long silenceNanosMax;
    private final Runnable onVoters;
    // Owned by the scheduler's thread.
    private final Backoff backoff = new Backoff();
    private Optional<Stream> stream = Optional.empty();
    private ScheduledFuture<?> checks;
    private boolean whole;
    private boolean following;
    private boolean closed;
    private int next;
    private volatile long heardNanos;
    private volatile boolean everHeard;

    /**
     * @param view knows where voters are, and is told by the stream
     * @param channels gives the connection to an endpoint and keeps it
     * @param silenceMillisMax after which the image is stale and another voter is asked; the session time-out
     * @param scheduler of one thread, which also publishes the metadata
     * @param onVoters told when a voter told who votes and leads, on that thread
     */
    public ImageWatcher(
            int brokerId,
            String clusterId,
            QuorumView view,
            LocalMetadata metadata,
            Function<Endpoint, ManagedChannel> channels,
            long silenceMillisMax,
            ScheduledExecutorService scheduler,
            Runnable onVoters) {
        this.brokerId = brokerId;
        this.clusterId = Objects.requireNonNull(clusterId);
        this.view = Objects.requireNonNull(view);
        this.metadata = Objects.requireNonNull(metadata);
        this.channels = Objects.requireNonNull(channels);
        this.silenceNanosMax = TimeUnit.MILLISECONDS.toNanos(silenceMillisMax);
        this.scheduler = Objects.requireNonNull(scheduler);
        this.onVoters = Objects.requireNonNull(onVoters);
    }

    /** Begins to follow, at first and after {@link #stop}. Idempotent. */
    public void start() {
        hand(() -> {
            if (!following && !closed) {
                following = true;
                backoff.reset();
                open();
                checks = scheduler.scheduleWithFixedDelay(
                        this::check, CHECK_MILLIS, CHECK_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    /** Follows nobody any more, since this broker votes: its image comes from the metadata log. Idempotent. */
    public void stop() {
        hand(this::halt);
    }

    private void halt() {
        if (following) {
            following = false;
            checks.cancel(false);
            var open = stream;
            stream = Optional.empty();
            open.ifPresent(Stream::cancel);
        }
    }

    /** Whether no voter in touch with a leader was heard for a session: the image may be old. Any thread. */
    public boolean stale() {
        return !everHeard || System.nanoTime() - heardNanos > silenceNanosMax;
    }

    /** Ends the stream. Close the scheduler after it. */
    @Override
    public void close() {
        hand(() -> {
            closed = true;
            halt();
        });
    }

    private void open() {
        if (!following || stream.isPresent()) {
            return;
        }
        var servers = view.servers();
        if (servers.isEmpty()) {
            openLater();
            return;
        }
        var server = servers.get(Math.floorMod(next, servers.size()));
        // A stream that could not be read is begun anew with the whole image.
        var position = whole ? metadata.current().position() : LogPosition.NONE;
        var opened = new Stream(server);
        stream = Optional.of(opened);
        try {
            QuorumServiceGrpc.newStub(Redial.now(channels.apply(server)))
                    .watchImage(
                            WatchImageRequest.newBuilder()
                                    .setBrokerId(brokerId)
                                    .setClusterId(clusterId)
                                    .setQuorumId(view.quorumIdBytes())
                                    .setLastTerm(position.term())
                                    .setLastIndex(position.index())
                                    .build(),
                            opened);
        } catch (RuntimeException e) {
            opened.ended(Status.fromThrowable(e));
        }
    }

    private void openLater() {
        if (following && !scheduler.isShutdown()) {
            scheduler.schedule(this::open, backoff.nextMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void check() {
        stream.filter(open -> System.nanoTime() - open.heardNanos > silenceNanosMax)
                .ifPresent(open -> {
                    open.cancel();
                    open.ended(Status.DEADLINE_EXCEEDED.withDescription("silent"));
                });
    }

    private void take(Stream from, WatchImageResponse message) {
        if (!from.isCurrent()) {
            return;
        }
        from.heardNanos = System.nanoTime();
        try {
            switch (message.getUpdateCase()) {
                case PART -> add(from, message.getPart());
                case HEARTBEAT -> heard(message.getHeartbeat().getIndex());
                case VOTERS -> {
                    if (!view.heard(message.getVoters())) {
                        leave(from);
                        return;
                    }
                    onVoters.run();
                }
                case UPDATE_NOT_SET -> LOG.debug("{} told something of a newer version", from.server);
            }
        } catch (RuntimeException | InvalidProtocolBufferException e) {
            LOG.error("The metadata that {} told cannot be taken; asking for the whole image", from.server, e);
            whole = false;
            from.cancel();
            from.ended(Status.DATA_LOSS);
        }
    }

    private void leave(Stream from) {
        LOG.error(
                "{} belongs to another metadata quorum than {}, which this broker follows: nothing is taken from it",
                from.server,
                view.quorumId().orElseThrow());
        from.cancel();
        from.ended(Status.FAILED_PRECONDITION.withDescription("another metadata quorum"));
    }

    private void add(Stream from, Part part) throws InvalidProtocolBufferException {
        var bytes = from.incoming.add(part);
        if (bytes.isEmpty()) {
            return;
        }
        if (part.getImage()) {
            replace(ImageRecord.parseFrom(bytes.get()));
        } else {
            change(DeltaRecord.parseFrom(bytes.get()));
        }
    }

    private void replace(ImageRecord record) {
        var image = ImageCodec.fromRecord(record);
        metadata.publish(MetadataDelta.between(metadata.current(), image), image);
        whole = true;
        heard(record.getIndex());
    }

    private void change(DeltaRecord record) {
        var current = metadata.current();
        // Another voter, behind the one before, repeats what is known. Each delta holds its nouns whole.
        if (record.getIndex() > current.position().index()) {
            var update = ImageCodec.apply(current, record);
            metadata.publish(update.delta(), update.image());
        }
        heard(record.getIndex());
    }

    /** A voter in touch with a leader; what it says counts only if it is not behind. */
    private void heard(long index) {
        backoff.reset();
        if (index >= metadata.current().position().index()) {
            heardNanos = System.nanoTime();
            everHeard = true;
        }
    }

    private void hand(Runnable step) {
        try {
            scheduler.execute(step);
        } catch (RejectedExecutionException e) {
            LOG.debug("The watcher is closed");
        }
    }

    /** One stream. gRPC calls it on its own threads; what it learns is handed to the scheduler's. */
    private final class Stream implements ClientResponseObserver<WatchImageRequest, WatchImageResponse> {
        final Endpoint server;
        final IncomingUpdate incoming = new IncomingUpdate(IncomingUpdate.BYTES_MAX);
        long heardNanos = System.nanoTime();
        private ClientCallStreamObserver<WatchImageRequest> call;

        Stream(Endpoint server) {
            this.server = server;
        }

        boolean isCurrent() {
            return stream.isPresent() && stream.get() == this;
        }

        void cancel() {
            if (call != null) {
                call.cancel("this voter is not followed any more", null);
            }
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchImageRequest> requests) {
            call = requests;
            call.disableAutoRequestWithInitial(1);
        }

        @Override
        public void onNext(WatchImageResponse message) {
            hand(() -> {
                take(this, message);
                // The next one only when this one is applied, so that the voter's side sees how fast we are.
                call.request(1);
            });
        }

        @Override
        public void onError(Throwable error) {
            hand(() -> ended(Status.fromThrowable(error)));
        }

        @Override
        public void onCompleted() {
            hand(() -> ended(Status.OK));
        }

        void ended(Status status) {
            if (!isCurrent()) {
                return;
            }
            stream = Optional.empty();
            next++;
            LOG.info("Metadata stream from {} ended: {}", server, status);
            openLater();
        }
    }
}
