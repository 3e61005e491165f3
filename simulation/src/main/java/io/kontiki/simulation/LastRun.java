package io.kontiki.simulation;

import io.kontiki.log.CleanEnd;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.RestartClaim;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What a machine's disk says of the last run on it, as the product's files {@code run} and {@code clean} do (R1 to R5). */
final class LastRun {
    private Optional<UUID> incarnation = Optional.empty();
    private boolean served;
    private boolean rebooted;
    private boolean directoryFailed;
    private boolean uncovered;
    private Optional<Map<TopicPartition, CleanEnd>> cleanEnds = Optional.empty();
    private Optional<UUID> base = Optional.empty();
    private RestartClaim claim = RestartClaim.RESTART_CLAIM_UNCLEAN;
    private Set<TopicPartition> exceptions = new HashSet<>();

    /** A run begins: from now on this tells of it. */
    void begin(UUID next) {
        if (served) {
            base = incarnation;
            claim = cleanEnds.isPresent()
                    ? RestartClaim.RESTART_CLAIM_CLEAN
                    : rebooted ? RestartClaim.RESTART_CLAIM_DURABLE : RestartClaim.RESTART_CLAIM_PROCESS_CRASH;
            exceptions = new HashSet<>();
            uncovered = directoryFailed;
        } else if (rebooted && claim == RestartClaim.RESTART_CLAIM_PROCESS_CRASH) {
            claim = RestartClaim.RESTART_CLAIM_DURABLE;
        }
        uncovered |= directoryFailed;
        incarnation = Optional.of(next);
        served = false;
        rebooted = false;
        directoryFailed = false;
    }

    UUID incarnation() {
        return incarnation.orElseThrow();
    }

    Optional<UUID> base() {
        return base;
    }

    RestartClaim claim() {
        return claim;
    }

    /** Whether nothing is claimed of the directory. */
    boolean uncovered() {
        return uncovered;
    }

    /** What the claim does not cover. */
    Set<TopicPartition> exceptions() {
        return Set.copyOf(exceptions);
    }

    /** How the logs ended, if the run before stopped in order; asked once. */
    Optional<Map<TopicPartition, CleanEnd>> takeCleanEnds() {
        Optional<Map<TopicPartition, CleanEnd>> ends =
                claim == RestartClaim.RESTART_CLAIM_CLEAN ? cleanEnds : Optional.empty();
        cleanEnds = Optional.empty();
        return ends;
    }

    /** What a copy of the disk says. */
    LastRun copy() {
        LastRun copy = new LastRun();
        copy.incarnation = incarnation;
        copy.served = served;
        copy.rebooted = rebooted;
        copy.directoryFailed = directoryFailed;
        copy.uncovered = uncovered;
        copy.cleanEnds = cleanEnds;
        copy.base = base;
        copy.claim = claim;
        copy.exceptions = new HashSet<>(exceptions);
        return copy;
    }

    void damaged(Set<TopicPartition> partitions) {
        exceptions.addAll(partitions);
    }

    void served() {
        served = true;
    }

    void directoryFailed() {
        directoryFailed = true;
    }

    void lostPower() {
        rebooted = true;
    }

    void stoppedInOrder(Map<TopicPartition, CleanEnd> ends) {
        cleanEnds = Optional.of(ends);
    }
}
