package io.kontiki.service;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.LogStart;
import io.kontiki.partition.Partition;
import io.kontiki.partition.Partitions;
import io.kontiki.proto.AliasingMarshaller;
import io.kontiki.proto.RecordBytes;
import io.kontiki.proto.internal.v1.Push;
import io.kontiki.proto.internal.v1.ReplicateHello;
import io.kontiki.proto.internal.v1.ReplicateRequest;
import io.kontiki.proto.internal.v1.ReplicateResponse;
import io.kontiki.proto.internal.v1.ReplicationServiceGrpc;
import io.kontiki.proto.internal.v1.Reset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The follower's end of the one stream to a leader's broker, shared by all partitions followed there. Any thread. */
final class LeaderStream implements ClientResponseObserver<ReplicateRequest, ReplicateResponse> {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderStream.class);

    /** Room for the producers that a log remembers at most. */
    private static final int RESET_BYTES_MAX = 64 << 20;

    private static final MethodDescriptor<ReplicateRequest, ReplicateResponse> REPLICATE =
            AliasingMarshaller.forResponses(ReplicationServiceGrpc.getReplicateMethod());

    /** What arrives is checked and handed over, which is not worth a change of threads. */
    private static final CallOptions ON_ARRIVAL = CallOptions.DEFAULT.withExecutor(Runnable::run);

    private final int leader;
    private final Partitions partitions;
    private final ClientCallStreamObserver<ReplicateRequest> out;
    private final Set<TopicPartition> attached = ConcurrentHashMap.newKeySet();
    /** Parts of resets whose last part has not come; on the stream's thread only. */
    private final Map<TopicPartition, ByteString> resetParts = new HashMap<>();

    private boolean broken;

    LeaderStream(int leader, Channel channel, Partitions partitions, ReplicateHello hello) {
        this.leader = leader;
        this.partitions = partitions;
        this.out = (ClientCallStreamObserver<ReplicateRequest>)
                ClientCalls.asyncBidiStreamingCall(channel.newCall(REPLICATE, ON_ARRIVAL), this);
        send(ReplicateRequest.newBuilder().setHello(hello).build());
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ReplicateRequest> requestStream) {}

    boolean isBroken() {
        synchronized (attached) {
            return broken;
        }
    }

    /** Sends and remembers that the partition is to be told of the stream's end. False if it has ended already. */
    boolean attach(TopicPartition partition, ReplicateRequest message) {
        attached.add(partition);
        return send(message);
    }

    boolean send(ReplicateRequest message) {
        synchronized (attached) {
            if (!broken) {
                out.onNext(message);
            }
            return !broken;
        }
    }

    @Override
    public void onNext(ReplicateResponse message) {
        switch (message.getMessageCase()) {
            case ATTACHED ->
                find(message.getAttached().getLink())
                        .ifPresent(partition -> partition.onAttached(
                                ReplicationMessages.link(message.getAttached().getLink()),
                                message.getAttached().getHighWatermark(),
                                message.getAttached().getLogStartOffset()));
            case DIVERGED ->
                find(message.getDiverged().getLink())
                        .ifPresent(partition -> partition.onDiverged(
                                ReplicationMessages.link(message.getDiverged().getLink()),
                                ReplicationMessages.point(message.getDiverged())));
            case RESET -> onReset(message.getReset());
            case REFUSED ->
                find(message.getRefused().getLink())
                        .ifPresent(partition -> partition.onRefused(
                                ReplicationMessages.link(message.getRefused().getLink()),
                                ReplicationMessages.reason(message.getRefused().getReason()),
                                message.getRefused().getLeaderEpoch()));
            case PUSH -> onPush(message.getPush());
            case MESSAGE_NOT_SET -> LOG.warn("The leader's broker {} sent an unknown message", leader);
        }
    }

    private void onReset(Reset part) {
        TopicPartition id = ReplicationMessages.partition(part.getLink());
        ByteString producers = resetParts.getOrDefault(id, ByteString.EMPTY).concat(part.getProducers());
        if (!part.getLast() && producers.size() <= RESET_BYTES_MAX) {
            resetParts.put(id, producers);
            return;
        }
        resetParts.remove(id);
        if (producers.size() > RESET_BYTES_MAX) {
            LOG.error("The leader's broker {} sent more than {} bytes of producers of {}", leader, RESET_BYTES_MAX, id);
            return;
        }
        try {
            LogStart point = ReplicationMessages.logStart(part, producers);
            partitions
                    .find(id)
                    .ifPresent(partition -> partition.onReset(ReplicationMessages.link(part.getLink()), point));
        } catch (IllegalArgumentException e) {
            LOG.error("The leader's broker {} sent an unsound start of {}", leader, id, e);
        }
    }

    private void onPush(Push push) {
        partitions.traffic().replication().onReceived(push.getRecords().size());
        find(push.getLink())
                .ifPresent(partition -> partition.onPush(
                        ReplicationMessages.link(push.getLink()),
                        push.getPreviousOffset(),
                        push.hasPreviousEpoch() ? OptionalInt.of(push.getPreviousEpoch()) : OptionalInt.empty(),
                        push.getHighWatermark(),
                        push.getLogStartOffset(),
                        RecordBytes.of(push.getRecords())));
    }

    private Optional<Partition> find(io.kontiki.proto.internal.v1.Link link) {
        return partitions.find(ReplicationMessages.partition(link));
    }

    @Override
    public void onError(Throwable cause) {
        LOG.debug("The replication stream to broker {} broke: {}", leader, Status.fromThrowable(cause));
        end();
    }

    @Override
    public void onCompleted() {
        end();
    }

    private void end() {
        synchronized (attached) {
            broken = true;
        }
        attached.forEach(id -> partitions.find(id).ifPresent(partition -> partition.onLeaderDisconnected(leader)));
    }

    void close() {
        synchronized (attached) {
            // gRPC throws at whoever sends on a cancelled call, and event loops still send.
            broken = true;
            out.cancel("the broker stops", null);
        }
    }
}
