package io.kontiki.service;

import io.grpc.ManagedChannel;
import io.kontiki.log.LogFailedException;
import io.kontiki.log.LogSlice;
import io.kontiki.log.OffsetOutOfRangeException;
import io.kontiki.log.ReadMemory;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.DigestAnswer;
import io.kontiki.partition.DigestQuestion;
import io.kontiki.partition.LogStart;
import io.kontiki.partition.Partitions;
import io.kontiki.partition.ReplicaTransport;
import io.kontiki.proto.internal.v1.DigestResponse;
import io.kontiki.proto.internal.v1.ReplicateHello;
import io.kontiki.proto.internal.v1.ReplicateRequest;
import io.kontiki.proto.internal.v1.ReplicateResponse;
import io.kontiki.proto.internal.v1.ReplicationServiceGrpc;
import io.kontiki.replication.Effect;
import io.kontiki.storage.StorageException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replication over gRPC: as a follower one stream to each leader's broker, as a leader the streams that followers open. */
public final class GrpcReplicaTransport implements ReplicaTransport, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcReplicaTransport.class);

    /** What a follower may take, as slowly as it may read. */
    private static final long DIGEST_MINUTES_MAX = 10;

    private final int brokerId;
    private final LocalMetadata metadata;
    private final Function<Endpoint, ManagedChannel> channels;
    private final FollowerStreams followers = new FollowerStreams();
    private final Map<Integer, LeaderStream> leaders = new ConcurrentHashMap<>();
    private Partitions partitions;
    private LongSupplier brokerEpoch;

    /** @param channels gives the shared channel to a broker; closing it is not this class's matter */
    public GrpcReplicaTransport(int brokerId, LocalMetadata metadata, Function<Endpoint, ManagedChannel> channels) {
        this.brokerId = brokerId;
        this.metadata = metadata;
        this.channels = channels;
    }

    /**
     * To be called before the first send.
     *
     * @param receiver gets what arrives
     * @param epoch of this broker's registration
     */
    void connect(Partitions receiver, LongSupplier epoch) {
        partitions = receiver;
        brokerEpoch = epoch;
    }

    FollowerStreams followers() {
        return followers;
    }

    // ---- As a follower

    @Override
    public void send(TopicPartition partition, Effect.SendAttach effect) {
        Optional<LeaderStream> stream = openTo(effect.leader());
        boolean sent = stream.isPresent()
                && stream.get().attach(partition, ReplicationMessages.of(partition, effect.attach()));
        if (!sent) {
            partitions.find(partition).ifPresent(found -> found.onLeaderDisconnected(effect.leader()));
        }
    }

    private Optional<LeaderStream> openTo(int leader) {
        MetadataImage image = metadata.current();
        Optional<Endpoint> endpoint = image.broker(leader).map(BrokerRegistration::endpoint);
        return endpoint.map(found -> leaders.compute(
                leader,
                (id, present) -> present == null || present.isBroken()
                        ? new LeaderStream(id, channels.apply(found), partitions, hello(image))
                        : present));
    }

    private ReplicateHello hello(MetadataImage image) {
        return ReplicateHello.newBuilder()
                .setClusterId(image.clusterId())
                .setBrokerId(brokerId)
                .setBrokerEpoch(brokerEpoch.getAsLong())
                .build();
    }

    @Override
    public void send(TopicPartition partition, Effect.SendAck effect) {
        toLeader(effect.leader(), ReplicationMessages.of(partition, effect.ack()));
    }

    @Override
    public void send(TopicPartition partition, Effect.SendDetach effect) {
        toLeader(effect.leader(), ReplicationMessages.detach(partition, effect.link()));
    }

    private void toLeader(int leader, ReplicateRequest message) {
        LeaderStream stream = leaders.get(leader);
        if (stream != null) {
            stream.send(message);
        }
    }

    // ---- As a leader

    @Override
    public void send(TopicPartition partition, Effect.SendAttached effect) {
        toFollower(effect.streamId(), ReplicationMessages.of(partition, effect));
    }

    @Override
    public void send(TopicPartition partition, Effect.SendDiverged effect) {
        toFollower(effect.streamId(), ReplicationMessages.of(partition, effect));
    }

    @Override
    public void send(TopicPartition partition, Effect.SendRefused effect) {
        toFollower(effect.streamId(), ReplicationMessages.of(partition, effect));
    }

    @Override
    public void send(TopicPartition partition, Effect.SendReset effect, Supplier<LogStart> read) {
        FollowerStream stream = followers.find(effect.streamId());
        if (stream == null) {
            return;
        }
        stream.push(false, memory -> {
            try {
                ReplicationMessages.of(partition, effect, read.get()).forEach(stream::send);
            } catch (OffsetOutOfRangeException | StorageException | LogFailedException e) {
                // The log start rose meanwhile, or the disk failed: the follower attaches again in a while.
                LOG.debug("A reset of {} could not be read", partition, e);
            }
        });
    }

    private void toFollower(long streamId, ReplicateResponse message) {
        FollowerStream stream = followers.find(streamId);
        if (stream != null) {
            stream.send(message);
        }
    }

    @Override
    public void push(
            TopicPartition partition,
            Effect.PushTo effect,
            boolean atHand,
            Function<ReadMemory, LogSlice> read,
            PushListener sent) {
        FollowerStream stream = followers.find(effect.streamId());
        if (stream == null) {
            return;
        }
        long askedNanos = partitions.nanoTime();
        stream.push(atHand, memory -> {
            LogSlice slice;
            try {
                slice = read.apply(memory);
            } catch (RuntimeException e) {
                // A truncation ran meanwhile, or the disk failed: who reads has told the partition.
                LOG.debug("A push of {} could not be read", partition, e);
                return;
            }
            stream.onPush(partition, slice, askedNanos);
            stream.send(ReplicationMessages.of(partition, effect, slice));
            sent.onSent(slice.endOffset(), slice.sizeInBytes());
        });
    }

    @Override
    public CompletableFuture<DigestAnswer> digest(int follower, TopicPartition partition, DigestQuestion question) {
        Optional<Endpoint> endpoint = metadata.current().broker(follower).map(BrokerRegistration::endpoint);
        if (endpoint.isEmpty()) {
            return CompletableFuture.completedFuture(DigestAnswer.refused(DigestAnswer.Reason.UNREACHABLE));
        }
        UnaryCall<DigestResponse> call = new UnaryCall<>();
        ReplicationServiceGrpc.newStub(channels.apply(endpoint.get()))
                .withDeadlineAfter(DIGEST_MINUTES_MAX, TimeUnit.MINUTES)
                .digest(DigestMessages.of(partition, question), call);
        return call.answer().handle((response, failure) -> {
            if (failure != null) {
                LOG.debug("Broker {} gave no digest of {}", follower, partition, failure);
            }
            return failure == null
                    ? DigestMessages.answer(response)
                    : DigestAnswer.refused(DigestAnswer.Reason.UNREACHABLE);
        });
    }

    @Override
    public void close() {
        leaders.values().forEach(LeaderStream::close);
    }
}
