package io.kontiki.service;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.log.LogSlice;
import io.kontiki.log.ReadMemory;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.Partition;
import io.kontiki.partition.Partitions;
import io.kontiki.proto.internal.v1.Ack;
import io.kontiki.proto.internal.v1.AttachRefused;
import io.kontiki.proto.internal.v1.Link;
import io.kontiki.proto.internal.v1.ReplicateHello;
import io.kontiki.proto.internal.v1.ReplicateRequest;
import io.kontiki.proto.internal.v1.ReplicateResponse;
import io.kontiki.proto.v1.ErrorReason;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader's end of one follower's stream. Control messages go out at once; pushes wait until the follower takes more
 * and are read just before they are sent, one after another, so that a slow follower costs one push of memory.
 */
final class FollowerStream implements StreamObserver<ReplicateRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(FollowerStream.class);

    private final long id;
    private final Partitions partitions;
    private final LocalMetadata metadata;
    private final FollowerStreams streams;
    private final Executor pushers;
    private final ServerCallStreamObserver<ReplicateResponse> out;
    private final Map<TopicPartition, Partition> attached = new ConcurrentHashMap<>();
    private final Queue<Consumer<ReadMemory>> pushes = new ArrayDeque<>();
    private final ReadChunks.Memory memory;
    private final AckTiming timing;
    private ReplicateHello hello;
    private boolean pushing;
    private boolean closed;

    FollowerStream(
            Partitions partitions,
            LocalMetadata metadata,
            FollowerStreams streams,
            Executor pushers,
            ReadChunks chunks,
            ServerCallStreamObserver<ReplicateResponse> out) {
        this.id = streams.nextId();
        this.partitions = partitions;
        this.metadata = metadata;
        this.streams = streams;
        this.pushers = pushers;
        this.memory = chunks.memory();
        this.out = out;
        this.timing = new AckTiming(partitions.traffic().replication().acknowledged());
        out.setOnReadyHandler(this::pushNext);
        out.setOnCancelHandler(this::end);
    }

    long id() {
        return id;
    }

    // ---- In

    @Override
    public void onNext(ReplicateRequest request) {
        if (request.hasHello()) {
            onHello(request.getHello());
        } else if (hello == null) {
            refuse(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, "hello: must be the first message of the stream");
        } else {
            onFollowerMessage(request);
        }
    }

    private void onFollowerMessage(ReplicateRequest request) {
        try {
            onMessage(request);
        } catch (IllegalArgumentException e) {
            // A topic id of the wrong length or offsets out of order: no follower of ours sends that.
            refuse(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, e.getMessage());
            end();
        }
    }

    private void onHello(ReplicateHello first) {
        if (hello != null) {
            refuse(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, "hello: the stream has had one already");
            end();
            return;
        }
        String clusterId = metadata.current().clusterId();
        if (!first.getClusterId().equals(clusterId)) {
            refuse(
                    ErrorReason.ERROR_REASON_WRONG_CLUSTER,
                    "cluster_id: \"" + first.getClusterId() + "\" is not \"" + clusterId + "\"");
            return;
        }
        hello = first;
        streams.add(this);
    }

    private void onMessage(ReplicateRequest request) {
        int follower = hello.getBrokerId();
        long epoch = hello.getBrokerEpoch();
        switch (request.getMessageCase()) {
            case ATTACH -> onAttach(request, follower, epoch);
            case ACK -> {
                time(request.getAck());
                find(request.getAck().getLink())
                        .ifPresent(found -> found.onAck(follower, epoch, ReplicationMessages.ack(request.getAck())));
            }
            case DETACH ->
                find(request.getDetach().getLink())
                        .ifPresent(found -> found.onDetach(
                                follower,
                                epoch,
                                ReplicationMessages.link(request.getDetach().getLink())));
            case HELLO, MESSAGE_NOT_SET -> LOG.warn("Follower {} sent an unknown message", follower);
        }
    }

    private void onAttach(ReplicateRequest request, int follower, long epoch) {
        Link link = request.getAttach().getLink();
        TopicPartition partition = ReplicationMessages.partition(link);
        partitions
                .find(partition)
                .ifPresentOrElse(
                        found -> {
                            attached.put(partition, found);
                            found.onAttach(follower, epoch, id, ReplicationMessages.attach(request.getAttach()));
                        },
                        () -> send(ReplicateResponse.newBuilder()
                                .setRefused(AttachRefused.newBuilder()
                                        .setLink(link)
                                        .setReason(AttachRefused.Reason.REASON_UNKNOWN_PARTITION))
                                .build()));
    }

    private void time(Ack ack) {
        if (timing.waits()) {
            timing.onAck(ReplicationMessages.partition(ack.getLink()), ack.getEndOffset(), partitions.nanoTime());
        }
    }

    /** Forgets the partition where it is gone, so that a long stream holds no deleted logs. */
    private Optional<Partition> find(Link link) {
        TopicPartition id = ReplicationMessages.partition(link);
        Optional<Partition> found = partitions.find(id);
        if (found.isEmpty()) {
            attached.remove(id);
        }
        return found;
    }

    private void refuse(ErrorReason reason, String message) {
        synchronized (out) {
            if (!closed) {
                closed = true;
                out.onError(ServiceErrors.exception(Refusal.of(reason, message)));
            }
        }
    }

    // ---- Out

    void send(ReplicateResponse message) {
        synchronized (out) {
            if (!closed) {
                out.onNext(message);
            }
        }
    }

    /**
     * Counts what a push is about to send.
     *
     * @param askedNanos when the leader wanted to send it
     */
    void onPush(TopicPartition partition, LogSlice batches, long askedNanos) {
        if (batches.sizeInBytes() > 0) {
            partitions.traffic().replication().onSent(batches.sizeInBytes());
            timing.onPushed(partition, batches.endOffset(), askedNanos, partitions.nanoTime());
        }
    }

    /**
     * @param atHand whether it may run on this thread, if it is its turn
     * @param push reads one push into the memory given and sends it; else run on a reader thread when it is its turn
     */
    void push(boolean atHand, Consumer<ReadMemory> push) {
        boolean now;
        synchronized (out) {
            if (closed) {
                return;
            }
            now = atHand && !pushing && pushes.isEmpty() && out.isReady();
            if (now) {
                pushing = true;
            } else {
                pushes.add(push);
            }
        }
        if (now && run(push)) {
            synchronized (out) {
                pushing = false;
            }
        }
        pushNext();
    }

    private void pushNext() {
        synchronized (out) {
            if (pushing || closed || pushes.isEmpty() || !out.isReady()) {
                return;
            }
            pushing = true;
        }
        pushers.execute(this::pushWhileReady);
    }

    private void pushWhileReady() {
        while (true) {
            Consumer<ReadMemory> push;
            synchronized (out) {
                push = closed || !out.isReady() ? null : pushes.poll();
                if (push == null) {
                    pushing = false;
                    return;
                }
            }
            if (!run(push)) {
                return;
            }
        }
    }

    /** False if it failed, and with it the stream. */
    private boolean run(Consumer<ReadMemory> push) {
        try {
            push.accept(memory);
            return true;
        } catch (RuntimeException | Error e) {
            LOG.error("A push to follower {} failed; it attaches again over another stream", hello.getBrokerId(), e);
            refuse(ErrorReason.ERROR_REASON_INTERNAL, "a push failed; the log of the leader's broker has the details");
            end();
            return false;
        } finally {
            // Sent is copied: the transport keeps none of it.
            memory.giveBack();
        }
    }

    // ---- End

    private void end() {
        synchronized (out) {
            closed = true;
            pushes.clear();
        }
        streams.remove(this);
        if (hello != null) {
            attached.values().forEach(partition -> partition.onFollowerDisconnected(hello.getBrokerId(), id));
            attached.clear();
        }
    }

    @Override
    public void onError(Throwable cause) {
        end();
    }

    @Override
    public void onCompleted() {
        synchronized (out) {
            if (!closed) {
                out.onCompleted();
            }
        }
        end();
    }
}
