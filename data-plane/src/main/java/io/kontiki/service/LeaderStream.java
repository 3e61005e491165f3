package io.kontiki.service;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.Partition;
import io.kontiki.partition.Partitions;
import io.kontiki.proto.internal.v1.Push;
import io.kontiki.proto.internal.v1.ReplicateHello;
import io.kontiki.proto.internal.v1.ReplicateRequest;
import io.kontiki.proto.internal.v1.ReplicateResponse;
import io.kontiki.proto.internal.v1.ReplicationServiceGrpc;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The follower's end of the one stream to a leader's broker, shared by all partitions followed there. Any thread. */
final class LeaderStream implements ClientResponseObserver<ReplicateRequest, ReplicateResponse> {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderStream.class);

    private final int leader;
    private final Partitions partitions;
    private final ClientCallStreamObserver<ReplicateRequest> out;
    private final Set<TopicPartition> attached = ConcurrentHashMap.newKeySet();
    private boolean broken;

    LeaderStream(int leader, Channel channel, Partitions partitions, ReplicateHello hello) {
        this.leader = leader;
        this.partitions = partitions;
        this.out = (ClientCallStreamObserver<ReplicateRequest>)
                ReplicationServiceGrpc.newStub(channel).replicate(this);
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

    private void onPush(Push push) {
        find(push.getLink())
                .ifPresent(partition -> partition.onPush(
                        ReplicationMessages.link(push.getLink()),
                        push.getPreviousOffset(),
                        push.hasPreviousEpoch() ? OptionalInt.of(push.getPreviousEpoch()) : OptionalInt.empty(),
                        push.getHighWatermark(),
                        push.getLogStartOffset(),
                        push.getRecords().asReadOnlyByteBuffer()));
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
