package io.kontiki.simulation;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.Replies;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.RestartClaim;
import java.util.Optional;
import java.util.UUID;

/** A machine: its disk, and the process that runs on it or does not. */
final class SimNode {
    private final Cluster cluster;
    private final int id;
    private final UUID directory;
    private final ModelLog log = new ModelLog();
    private long highWatermarkCheckpoint;
    private UUID base = new UUID(0, 0);
    private RestartClaim claim = RestartClaim.RESTART_CLAIM_UNCLEAN;
    private Optional<SimBroker> process = Optional.empty();
    private boolean lostUnflushed;
    private int starts;

    SimNode(Cluster cluster, int id) {
        this.cluster = cluster;
        this.id = id;
        this.directory = cluster.drawUuid();
    }

    int id() {
        return id;
    }

    ModelLog log() {
        return log;
    }

    Optional<SimBroker> process() {
        return process;
    }

    /** The run that is registered and has a replica. */
    Optional<SimBroker> serving() {
        return process.filter(SimBroker::serving);
    }

    long highWatermarkCheckpoint() {
        return highWatermarkCheckpoint;
    }

    void checkpoint(long highWatermark) {
        highWatermarkCheckpoint = highWatermark;
    }

    void start() {
        if (process.isPresent()) {
            return;
        }
        UUID incarnation = cluster.drawUuid();
        SimBroker broker = new SimBroker(cluster, this);
        process = Optional.of(broker);
        starts++;
        register(broker, incarnation);
    }

    private void register(SimBroker broker, UUID incarnation) {
        RegisterBroker.Builder request = RegisterBroker.newBuilder()
                .setClusterId(Quorum.CLUSTER)
                .setBrokerId(id)
                .setIncarnation(UuidBytes.toBytes(incarnation))
                .setHost("node")
                .setPort(id)
                .setClaim(claim)
                .setBaseIncarnation(UuidBytes.toBytes(base))
                .setExpectedEpoch(cluster.quorum()
                        .image()
                        .broker(id)
                        .map(BrokerRegistration::epoch)
                        .orElse(0L))
                .addDirectoryIds(UuidBytes.toBytes(directory));
        cluster.quorum().propose(id, ProposeRequest.newBuilder().setRegisterBroker(request), reply -> {
            if (!broker.running()) {
                return;
            }
            long epoch = reply.filter(answered -> !Replies.isRefusal(answered))
                    .map(CommandReply::getRegisterBroker)
                    .map(registered -> registered.getBrokerEpoch())
                    .orElse(0L);
            if (epoch == 0) {
                cluster.scheduler().afterMillis(50, 200, () -> {
                    if (broker.running()) {
                        register(broker, incarnation);
                    }
                });
                return;
            }
            base = incarnation;
            lostUnflushed = false;
            broker.registered(epoch);
        });
    }

    /** The process dies; what it wrote stays in the page cache (rule R5). */
    void crash() {
        stop(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
        log.processEnded();
    }

    /** The machine loses power: a part of the unflushed tail is gone. */
    void powerCut() {
        stop(RestartClaim.RESTART_CLAIM_DURABLE);
        lostUnflushed = true;
        log.powerCut(cluster.scheduler().draw(log.flushedOffset(), log.endOffset()));
    }

    private void stop(RestartClaim nextClaim) {
        claim = nextClaim;
        process.ifPresent(broker -> {
            broker.stop();
            cluster.network().breakAllOf(broker);
            if (broker.serving() && cluster.scheduler().chance(0.8)) {
                cluster.scheduler().afterMillis(5, 300, () -> cluster.quorum().brokerGone(id, broker.epoch()));
            }
        });
        process = Optional.empty();
    }

    /** Crashing between registration and its answer is left out: the node could not vouch for itself afterwards. */
    boolean mayCrash() {
        return process.isPresent() && process.get().serving();
    }

    /** Whether what the disk holds is what the quorum takes it for: not so after a power cut in page-cache mode. */
    boolean vouches() {
        return cluster.durable() || !lostUnflushed;
    }

    void onImage(MetadataImage image) {
        process.ifPresent(broker -> broker.onImage(image));
    }

    @Override
    public String toString() {
        return "node " + id + " (start " + starts + "): "
                + process.map(SimBroker::toString).orElse("down") + ", " + log;
    }
}
