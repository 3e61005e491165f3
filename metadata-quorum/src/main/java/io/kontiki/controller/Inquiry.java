package io.kontiki.controller;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.proto.internal.v1.ReplicaReport;
import io.kontiki.proto.v1.ElectedLeader;
import io.kontiki.proto.v1.HeldOffsets;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the replicas of one partition hold that nobody may lead cleanly (rule M9). Ends with the leader epoch that it was
 * begun in, or with that of the leader that was chosen: for so long it says what that cost.
 */
final class Inquiry {
    private record Told(long brokerEpoch, ReplicaReport report) {
        int lastEpoch() {
            return report.hasLastEpoch() ? report.getLastEpoch() : -1;
        }

        boolean canLead() {
            return !report.getDamaged() && !report.getLogLost();
        }
    }

    private final int leaderEpoch;
    private final Map<Integer, Told> told = new TreeMap<>();
    private long askedNanos;
    private Optional<ElectedLeader> cost = Optional.empty();

    Inquiry(int leaderEpoch, long nowNanos) {
        this.leaderEpoch = leaderEpoch;
        this.askedNanos = nowNanos;
    }

    void askedAgain(long nowNanos) {
        askedNanos = nowNanos;
    }

    long askedNanos() {
        return askedNanos;
    }

    /** Whether the partition still is as it was when this began. */
    boolean isAbout(PartitionRegistration record) {
        return record.leaderEpoch() == leaderEpoch && isLost(record);
    }

    /** Whether the partition is led by the one that was chosen here. */
    boolean hasElected(PartitionRegistration record) {
        return cost.isPresent() && record.uncleanEpoch() > leaderEpoch && record.uncleanEpoch() == record.leaderEpoch();
    }

    /** Whether no replica is left that surely holds every committed record. */
    static boolean isLost(PartitionRegistration record) {
        return record.isr().isEmpty() && record.elr().isEmpty();
    }

    /** One that knows the epoch, or has stopped, takes nothing of an older leader any more: what it tells stays true. */
    void onReport(int brokerId, long brokerEpoch, ReplicaReport report) {
        if (report.getDamaged() || report.getLogLost() || report.getLeaderEpoch() >= leaderEpoch) {
            told.put(brokerId, new Told(brokerEpoch, report));
        }
    }

    /** Whether that run of the broker has not told yet. */
    boolean wants(int brokerId, long brokerEpoch) {
        var report = told.get(brokerId);
        return report == null || report.brokerEpoch() != brokerEpoch;
    }

    /**
     * Who must tell before anybody is elected, and has not: those that left last, after losing something, and whoever can
     * be asked. One that was unregistered is gone for good.
     *
     * @param without not waited for
     */
    List<Integer> missing(PartitionRegistration record, MetadataImage image, Set<Integer> without) {
        var all = new LinkedHashSet<>(record.lastKnown());
        record.replicas().stream().filter(id -> image.usable(id, record)).forEach(all::add);
        return all.stream()
                .filter(id -> image.broker(id).isPresent() && !without.contains(id) && !hasTold(id, record, image))
                .sorted()
                .toList();
    }

    /** Of those that have told and can lead, the one that holds most: the latest epoch first, then the highest end. */
    Optional<Integer> fullest(PartitionRegistration record, MetadataImage image) {
        return record.replicas().stream()
                .filter(id -> image.usable(id, record)
                        && hasTold(id, record, image)
                        && told.get(id).canLead())
                .max(Comparator.<Integer>comparingInt(id -> told.get(id).lastEpoch())
                        .thenComparingLong(id -> told.get(id).report().getEndOffset())
                        .thenComparing(Comparator.comparingInt(record.replicas()::indexOf)
                                .reversed()));
    }

    /** What those hold that have told, while it waits for others. */
    ElectedLeader soFar(List<Integer> missing) {
        return ElectedLeader.newBuilder()
                .addAllHeld(held())
                .addAllNotHeard(missing)
                .build();
    }

    /** What all hold, and what may be lost with that leader. */
    ElectedLeader chosen(int leader, PartitionRegistration record, MetadataImage image) {
        long end = told.get(leader).report().getEndOffset();
        var price = ElectedLeader.newBuilder()
                .addAllHeld(held())
                .setLostFromOffset(end)
                .setLostToOffset(Math.max(end, highestTold()))
                .addAllNotHeard(notHeard(record, image))
                .build();
        cost = Optional.of(price);
        return price;
    }

    /** What was said when the leader was chosen; empty before. */
    Optional<ElectedLeader> cost() {
        return cost;
    }

    /** Of those that held every committed record when they left, who cannot say how many there were. */
    private List<Integer> notHeard(PartitionRegistration record, MetadataImage image) {
        return record.lastKnown().stream()
                .filter(id ->
                        !hasTold(id, record, image) || told.get(id).report().getLogLost())
                .sorted()
                .toList();
    }

    /** By broker. */
    private List<HeldOffsets> held() {
        return told.entrySet().stream()
                .map(entry -> held(entry.getKey(), entry.getValue().report()))
                .toList();
    }

    private long highestTold() {
        return told.values().stream()
                .mapToLong(each ->
                        Math.max(each.report().getEndOffset(), each.report().getHighWatermark()))
                .max()
                .orElse(0);
    }

    private boolean hasTold(int brokerId, PartitionRegistration record, MetadataImage image) {
        return canTell(brokerId, record, image)
                && !wants(brokerId, image.broker(brokerId).orElseThrow().epoch());
    }

    /** Also that its log is lost, with a directory that its broker no longer has. One that is offline may come back. */
    static boolean canTell(int brokerId, PartitionRegistration record, MetadataImage image) {
        return record.hasReplica(brokerId)
                && (image.usable(brokerId, record)
                        || (image.usable(brokerId)
                                && !image.broker(brokerId).orElseThrow().hasDirectory(record.directoryOf(brokerId))));
    }

    private static HeldOffsets held(int brokerId, ReplicaReport report) {
        var held = HeldOffsets.newBuilder()
                .setBrokerId(brokerId)
                .setEndOffset(report.getEndOffset())
                .setHighWatermark(report.getHighWatermark())
                .setLogLost(report.getLogLost());
        if (report.hasLastEpoch()) {
            held.setLastEpoch(report.getLastEpoch());
        }
        return held.build();
    }
}
