package io.kontiki.simulation;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import java.util.Collections;

/** I8, and that versions only rise. */
final class RecordChecks {
    private PartitionRegistration last;

    void onRecord(PartitionRegistration record, MetadataImage image) {
        if (last != null && !last.equals(record)) {
            SimulationFailure.check(
                    isOnlyPlaced(last, record) || record.partitionEpoch() > last.partitionEpoch(),
                    () -> "version of " + record + " after " + last);
            boolean sameLeader = record.leader() == last.leader();
            SimulationFailure.check(
                    record.leaderEpoch() > last.leaderEpoch()
                            || sameLeader && record.leaderEpoch() == last.leaderEpoch(),
                    () -> "leader epoch of " + record + " after " + last);
        }
        last = record;
        boolean enough = record.isr().size() >= record.minIsr();
        SimulationFailure.check(
                !enough || record.elr().isEmpty() && record.lastKnown().isEmpty(),
                () -> "I8: full ISR beside ELR in " + record);
        SimulationFailure.check(
                Collections.disjoint(record.isr(), record.elr()), () -> "I8: ISR and ELR overlap in " + record);
        for (int member : record.isr()) {
            SimulationFailure.check(
                    !image.broker(member).map(BrokerRegistration::fenced).orElse(true),
                    () -> "I8: fenced broker " + member + " in the ISR of " + record);
        }
    }

    /** Where replicas have their logs is no matter of versions. */
    private static boolean isOnlyPlaced(PartitionRegistration before, PartitionRegistration after) {
        if (!before.replicas().equals(after.replicas())) {
            return false;
        }
        PartitionRegistration placed = before;
        for (int replica : after.replicas()) {
            placed = placed.withDirectory(replica, after.directoryOf(replica));
        }
        return placed.equals(after);
    }
}
