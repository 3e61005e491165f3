package io.kontiki.simulation;

import io.kontiki.log.CleanEnd;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.RestartClaim;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** What a machine's disk says of the last run on it, as the product's files {@code run} and {@code clean} do (R1 to R5). */
final class LastRun {
    private Optional<UUID> incarnation = Optional.empty();
    private boolean served;
    private boolean rebooted;
    private Set<UUID> failed = new TreeSet<>();
    private Set<UUID> uncovered = new TreeSet<>();
    private Optional<Map<UUID, Map<TopicPartition, CleanEnd>>> cleanEnds = Optional.empty();
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
            uncovered = new TreeSet<>();
        } else if (rebooted && claim == RestartClaim.RESTART_CLAIM_PROCESS_CRASH) {
            claim = RestartClaim.RESTART_CLAIM_DURABLE;
        }
        uncovered.addAll(failed);
        incarnation = Optional.of(next);
        served = false;
        rebooted = false;
        failed = new TreeSet<>();
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

    /** Directories of which nothing is claimed. */
    Set<UUID> uncovered() {
        return Set.copyOf(uncovered);
    }

    /** What the claim does not cover. */
    Set<TopicPartition> exceptions() {
        return Set.copyOf(exceptions);
    }

    /** How the logs of each directory ended, if the run before stopped in order; asked once. */
    Map<UUID, Map<TopicPartition, CleanEnd>> takeCleanEnds() {
        Map<UUID, Map<TopicPartition, CleanEnd>> ends =
                claim == RestartClaim.RESTART_CLAIM_CLEAN ? cleanEnds.orElse(Map.of()) : Map.of();
        cleanEnds = Optional.empty();
        return ends;
    }

    /** What a copy of the disk says. */
    LastRun copy() {
        LastRun copy = new LastRun();
        copy.incarnation = incarnation;
        copy.served = served;
        copy.rebooted = rebooted;
        copy.failed = new TreeSet<>(failed);
        copy.uncovered = new TreeSet<>(uncovered);
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

    void directoryFailed(UUID directory) {
        failed.add(directory);
    }

    void lostPower() {
        rebooted = true;
    }

    void stoppedInOrder(Map<UUID, Map<TopicPartition, CleanEnd>> ends) {
        cleanEnds = Optional.of(ends);
    }
}
