package io.kontiki.simulation;

import io.kontiki.log.CleanEnd;
import io.kontiki.log.PartitionLog;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.Replies;
import io.kontiki.partition.LogDir;
import io.kontiki.partition.PartitionLogs;
import io.kontiki.partition.PartitionProbe;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.RestartClaim;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;

/** A machine: its disk, and the process that runs on it or does not. */
final class SimNode {
    static final long EPOCH_MILLIS = 1_700_000_000_000L;

    /** A limit that is met by some of the hangs of a run, and kept by others. */
    private static final int HUNG_LOOKS = 10;

    private static final long LOOK_MILLIS = 500;

    private final Cluster cluster;
    private final int id;
    private List<Directory> directories;
    private LastRun lastRun = new LastRun();
    private Optional<SimBroker> process = Optional.empty();
    private long clockOffsetMillis;
    private int starts;
    private boolean hung;
    private boolean endedHung;

    SimNode(Cluster cluster, int id) {
        this.cluster = cluster;
        this.id = id;
        this.directories = emptyDirectories();
    }

    /** Of {@code log.dirs}; each on a disk of its own. */
    record Directory(UUID id, String name, MemoryDisk disk) {
        Directory with(MemoryDisk other) {
            return new Directory(id, name, other);
        }
    }

    private List<Directory> emptyDirectories() {
        return IntStream.range(0, cluster.options().directories())
                .mapToObj(number -> new Directory(cluster.drawUuid(), "node-" + id + "/" + number, new MemoryDisk()))
                .toList();
    }

    int id() {
        return id;
    }

    List<Directory> directories() {
        return directories;
    }

    /** Of the first directory, without which nothing goes. */
    MemoryDisk disk() {
        return directories.get(0).disk();
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
        SimBroker broker = new SimBroker(cluster, this, lastRun::damaged);
        process = Optional.of(broker);
        starts++;
        endedHung = false;
        cluster.scheduler().afterMillis(0, 20, () -> broker.executeOnDisk(() -> recover(broker)));
    }

    private void recover(SimBroker broker) {
        PartitionLogs.Recovery recovered = broker.recover(lastRun.takeCleanEnds());
        if (recovered.cutBytes() > 0) {
            cluster.events().note(Event.TORN_TAIL_CUT);
        }
        Set<TopicPartition> exceptions = new HashSet<>(lastRun.exceptions());
        exceptions.addAll(recovered.damaged());
        Set<UUID> uncovered = new TreeSet<>(lastRun.uncovered());
        broker.dirs().stream()
                .filter(LogDir::isOffline)
                .forEach(dir -> uncovered.add(dir.id().orElseThrow()));
        if (broker.running()) {
            register(broker, registration(exceptions, uncovered));
        }
    }

    private RegisterBroker registration(Set<TopicPartition> exceptions, Set<UUID> uncovered) {
        RegisterBroker.Builder request = RegisterBroker.newBuilder()
                .setClusterId(Quorum.CLUSTER)
                .setBrokerId(id)
                .setIncarnation(UuidBytes.toBytes(lastRun.incarnation()))
                .setHost("node")
                .setPort(id)
                .setClaim(lastRun.claim());
        directories.forEach(directory -> request.addDirectoryIds(UuidBytes.toBytes(directory.id())));
        lastRun.base().ifPresent(base -> request.setBaseIncarnation(UuidBytes.toBytes(base)));
        uncovered.forEach(directory -> request.addUncoveredDirectoryIds(UuidBytes.toBytes(directory)));
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
                        told -> broker.execute(() -> {
                            long epoch = told.map(ProposeResponse::getReply)
                                    .filter(reply -> !Replies.isRefusal(reply))
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

    // ---- Disks that hang

    /** Whether the disks give no answer: whoever uses them waits. */
    boolean hung() {
        return hung;
    }

    void hang() {
        hung = true;
        process.filter(SimBroker::serving).ifPresent(broker -> look(broker, HUNG_LOOKS));
    }

    /** Its event loops wait, too: it ends, as the product's does (decision record 13). While it is paused it does not look. */
    private void look(SimBroker broker, int looksLeft) {
        if (!hung || process.filter(broker::equals).isEmpty()) {
            return;
        }
        if (looksLeft == 0) {
            cluster.events().note(Event.ENDED_BY_A_HUNG_DISK);
            endedHung = true;
            crash();
        } else {
            cluster.scheduler()
                    .after(LOOK_MILLIS * Scheduler.MILLI, () -> broker.execute(() -> look(broker, looksLeft - 1)));
        }
    }

    /** They do again. A process that ended for them is started anew. */
    void answer() {
        hung = false;
        process.ifPresent(SimBroker::onDiskAnswers);
        if (endedHung) {
            start();
        }
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

    /** The machine loses power, and by chance nothing with it. */
    void powerCutLosingNothing() {
        powerCut(PowerCut.losingNothing(cluster.scheduler().random()));
    }

    private void powerCut(PowerCut cut) {
        stop();
        lastRun.lostPower();
        directories.forEach(directory -> directory.disk().cutPower(cut));
    }

    /** Something happens right before the disk changes for that many more times. */
    void arm(long changes, Runnable then) {
        long[] left = {changes};
        disk().watch((operation, path) -> {
            if (left[0]-- == 0) {
                disarm();
                then.run();
            }
        });
    }

    void disarm() {
        disk().watch((operation, path) -> {});
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
    record Backup(List<Directory> directories, LastRun lastRun) {}

    Backup backup() {
        PowerCut cut = PowerCut.losingNothing(cluster.scheduler().random());
        List<Directory> copies = directories.stream()
                .map(directory -> directory.with(directory.disk().after(cut)))
                .toList();
        return new Backup(copies, lastRun.copy());
    }

    /** The backup takes the place of the disk. */
    void restore(Backup backup) {
        directories = backup.directories();
        lastRun = backup.lastRun();
    }

    /** New, empty disks take the place of those that are there; the machine is down. */
    void exchangeDisk() {
        directories = emptyDirectories();
        lastRun = new LastRun();
    }

    /** The last registration that was accepted arrives once more. */
    void registerAgain() {
        register(registration(Set.of(), Set.of()));
    }

    /** Another process registers with a copy of this disk, and is not heard of again. */
    void registerClone() {
        RegisterBroker.Builder clone = registration(Set.of(), Set.of()).toBuilder();
        register(clone.setIncarnation(UuidBytes.toBytes(cluster.drawUuid()))
                .setClaim(RestartClaim.RESTART_CLAIM_UNCLEAN)
                .build());
    }

    private void register(RegisterBroker registration) {
        cluster.quorum().propose(id, proposal(registration), reply -> {});
    }

    /** The next run claims nothing of it. Without the first directory, or any, the process ends soon (rule R10). */
    void onDirectoryFailed(SimBroker broker, LogDir failed) {
        if (!broker.running()) {
            return;
        }
        cluster.events().note(Event.DISK_OFFLINE);
        lastRun.directoryFailed(failed.id().orElseThrow());
        if (broker.dirs().get(0) != failed && !broker.dirs().stream().allMatch(LogDir::isOffline)) {
            return;
        }
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
            Map<UUID, Map<TopicPartition, CleanEnd>> ends = new TreeMap<>();
            try {
                Map<LogDir, Map<TopicPartition, CleanEnd>> logs = broker.close();
                broker.dirs().stream()
                        .filter(dir -> !dir.isOffline())
                        .forEach(dir -> ends.put(dir.id().orElseThrow(), logs.getOrDefault(dir, Map.of())));
            } catch (IllegalStateException e) {
                stop();
                return;
            }
            if (broker.running()) {
                stop();
                if (!broker.dirs().get(0).isOffline()) {
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
        return "node " + id + " (start " + starts + (hung ? ", hung): " : "): ")
                + process.map(SimBroker::toString).orElse("down");
    }
}
