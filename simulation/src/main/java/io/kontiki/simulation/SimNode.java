package io.kontiki.simulation;

import io.kontiki.log.CleanEnd;
import io.kontiki.log.PartitionLog;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.Replies;
import io.kontiki.partition.PartitionLogs;
import io.kontiki.partition.PartitionProbe;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.RestartClaim;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A machine: its disk, and the process that runs on it or does not. */
final class SimNode {
    static final long EPOCH_MILLIS = 1_700_000_000_000L;

    private final Cluster cluster;
    private final int id;
    private UUID directory;
    private MemoryDisk disk = new MemoryDisk();
    private LastRun lastRun = new LastRun();
    private Optional<SimBroker> process = Optional.empty();
    private long clockOffsetMillis;
    private int starts;

    SimNode(Cluster cluster, int id) {
        this.cluster = cluster;
        this.id = id;
        this.directory = cluster.drawUuid();
    }

    int id() {
        return id;
    }

    UUID directory() {
        return directory;
    }

    MemoryDisk disk() {
        return disk;
    }

    Optional<SimBroker> process() {
        return process;
    }

    /** The run that is registered and follows the metadata. */
    Optional<SimBroker> serving() {
        return process.filter(SimBroker::serving);
    }

    /** The log of the partition that scenarios use. */
    PartitionLog log() {
        return PartitionProbe.log(
                serving().orElseThrow().find(cluster.partition()).orElseThrow());
    }

    /** The wall clock. */
    long millis() {
        return EPOCH_MILLIS + cluster.scheduler().nowMillis() + clockOffsetMillis;
    }

    void setClock(long offsetMillis) {
        clockOffsetMillis = offsetMillis;
    }

    // ---- Start

    void start() {
        if (process.isPresent()) {
            return;
        }
        lastRun.begin(cluster.drawUuid());
        SimBroker broker = new SimBroker(cluster, this, disk, lastRun::damaged);
        process = Optional.of(broker);
        starts++;
        cluster.scheduler().afterMillis(0, 20, () -> broker.executeOnDisk(() -> recover(broker)));
    }

    private void recover(SimBroker broker) {
        PartitionLogs.Recovery recovered = broker.recover(lastRun.takeCleanEnds());
        if (recovered.cutBytes() > 0) {
            cluster.events().note(Event.TORN_TAIL_CUT);
        }
        Set<TopicPartition> exceptions = new HashSet<>(lastRun.exceptions());
        exceptions.addAll(recovered.damaged());
        boolean uncovered = lastRun.uncovered() || !recovered.uncertain().isEmpty();
        if (broker.running()) {
            register(broker, registration(exceptions, uncovered));
        }
    }

    private RegisterBroker registration(Set<TopicPartition> exceptions, boolean uncovered) {
        RegisterBroker.Builder request = RegisterBroker.newBuilder()
                .setClusterId(Quorum.CLUSTER)
                .setBrokerId(id)
                .setIncarnation(UuidBytes.toBytes(lastRun.incarnation()))
                .setHost("node")
                .setPort(id)
                .setClaim(lastRun.claim())
                .addDirectoryIds(UuidBytes.toBytes(directory));
        lastRun.base().ifPresent(base -> request.setBaseIncarnation(UuidBytes.toBytes(base)));
        if (uncovered) {
            request.addUncoveredDirectoryIds(UuidBytes.toBytes(directory));
        }
        exceptions.stream()
                .sorted((some, other) -> some.toString().compareTo(other.toString()))
                .forEach(partition -> request.addExceptions(PartitionRef.newBuilder()
                        .setTopicId(UuidBytes.toBytes(partition.topicId()))
                        .setPartition(partition.partition())));
        return request.build();
    }

    private void register(SimBroker broker, RegisterBroker registration) {
        cluster.quorum()
                .propose(
                        id,
                        proposal(registration),
                        reply -> broker.execute(() -> {
                            long epoch = reply.filter(answered -> !Replies.isRefusal(answered))
                                    .map(CommandReply::getRegisterBroker)
                                    .map(registered -> registered.getBrokerEpoch())
                                    .orElse(0L);
                            if (epoch == 0) {
                                cluster.scheduler()
                                        .afterMillis(
                                                50, 200, () -> broker.execute(() -> register(broker, registration)));
                            } else {
                                broker.registered(epoch, lastRun::served);
                            }
                        }));
    }

    // ---- End

    /** The process dies; what it wrote stays in the page cache (rule R5). */
    void crash() {
        stop();
    }

    /** The machine loses power: a part of what was not flushed is gone. */
    void powerCut() {
        powerCut(PowerCut.losingSome(cluster.scheduler().random()));
    }

    /** The machine loses power, and with it all that was not flushed. */
    void powerCutLosingAll() {
        powerCut(PowerCut.losingAll(cluster.scheduler().random()));
    }

    private void powerCut(PowerCut cut) {
        stop();
        lastRun.lostPower();
        disk.cutPower(cut);
    }

    /** Something happens right before the disk changes for that many more times. */
    void arm(long changes, Runnable then) {
        long[] left = {changes};
        disk.watch((operation, path) -> {
            if (left[0]-- == 0) {
                disarm();
                then.run();
            }
        });
    }

    void disarm() {
        disk.watch((operation, path) -> {});
    }

    /** On top of the registration that the quorum has now (rule M1). */
    private ProposeRequest.Builder proposal(RegisterBroker registration) {
        long known = cluster.quorum()
                .image()
                .broker(id)
                .map(BrokerRegistration::epoch)
                .orElse(0L);
        return ProposeRequest.newBuilder()
                .setRegisterBroker(registration.toBuilder().setExpectedEpoch(known));
    }

    // ---- Backups and clones

    /** What a copy of the disk holds, as if it had been made in an instant. */
    record Backup(MemoryDisk disk, LastRun lastRun) {}

    Backup backup() {
        MemoryDisk copy = disk.after(PowerCut.losingNothing(cluster.scheduler().random()));
        return new Backup(copy, lastRun.copy());
    }

    /** The backup takes the place of the disk. */
    void restore(Backup backup) {
        disk = backup.disk();
        lastRun = backup.lastRun();
    }

    /** A new, empty disk takes the place of the one that is there; the machine is down. */
    void exchangeDisk() {
        disk = new MemoryDisk();
        directory = cluster.drawUuid();
        lastRun = new LastRun();
    }

    /** The last registration that was accepted arrives once more. */
    void registerAgain() {
        register(registration(Set.of(), false));
    }

    /** Another process registers with a copy of this disk, and is not heard of again. */
    void registerClone() {
        RegisterBroker.Builder clone = registration(Set.of(), false).toBuilder();
        register(clone.setIncarnation(UuidBytes.toBytes(cluster.drawUuid()))
                .setClaim(RestartClaim.RESTART_CLAIM_UNCLEAN)
                .build());
    }

    private void register(RegisterBroker registration) {
        cluster.quorum().propose(id, proposal(registration), reply -> {});
    }

    /** A failed directory is its only one: the process ends soon, and claims nothing of it (rule R10). */
    void onDirectoryFailed(SimBroker broker) {
        if (!broker.running()) {
            return;
        }
        cluster.events().note(Event.DISK_OFFLINE);
        lastRun.directoryFailed();
        cluster.scheduler().afterMillis(0, 50, () -> {
            if (process.filter(broker::equals).isPresent()) {
                // Of what could not be flushed the system forgets what it likes.
                powerCut();
                cluster.scheduler().afterMillis(100, 2_000, this::start);
            }
        });
    }

    private void stop() {
        process.ifPresent(broker -> {
            boolean known = broker.serving();
            long epoch = broker.epoch();
            cluster.checks().beforeEnd(broker);
            broker.stop();
            cluster.network().breakAllOf(broker);
            if (known && cluster.scheduler().chance(0.8)) {
                cluster.scheduler().afterMillis(5, 300, () -> cluster.quorum().brokerGone(id, epoch));
            }
        });
        process = Optional.empty();
    }

    /** Everything on the disk, and noted so (rule R2); unless the disk fails, or the power, meanwhile. */
    void stopInOrder() {
        process.filter(SimBroker::serving).ifPresent(broker -> {
            Map<TopicPartition, CleanEnd> ends;
            try {
                ends = broker.close().getOrDefault(broker.dir(), Map.of());
            } catch (IllegalStateException e) {
                stop();
                return;
            }
            if (broker.running()) {
                stop();
                if (!broker.dir().isOffline()) {
                    lastRun.stoppedInOrder(ends);
                }
            }
        });
    }

    void onImage(MetadataImage image) {
        process.ifPresent(broker -> broker.onImage(image));
    }

    @Override
    public String toString() {
        return "node " + id + " (start " + starts + "): "
                + process.map(SimBroker::toString).orElse("down");
    }
}
