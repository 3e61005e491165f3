package io.kontiki.broker;

import io.kontiki.proto.internal.v1.RestartClaim;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;

/**
 * One run of a broker on its directory, as the file {@code run} holds it (rule R1). From it and from the clean marker the
 * next run knows what it may claim of the data (rules R3 to R5).
 *
 * @param incarnation drawn at the start of the run
 * @param bootId of the machine; empty where the system does not tell
 * @param served whether the run got so far that the quorum could let it serve
 * @param base the last incarnation that served before this run; empty if none did
 * @param claim what this run may claim of the data that {@code base} left
 */
record Run(UUID incarnation, String bootId, boolean served, Optional<UUID> base, RestartClaim claim) {
    static final String FILE = "run";
    static final int FILE_BYTES_MAX = 4096;

    private static final String NONE = "none";

    /** The very first run on a directory: there is nothing to claim. */
    static Run first(UUID incarnation, String bootId) {
        return new Run(incarnation, bootId, false, Optional.empty(), RestartClaim.RESTART_CLAIM_UNCLEAN);
    }

    /**
     * The run after this one.
     *
     * @param stoppedCleanly whether the clean marker of this run is there and whole
     */
    Run next(UUID nextIncarnation, String nextBootId, boolean stoppedCleanly) {
        boolean sameBoot = !bootId.isEmpty() && bootId.equals(nextBootId);
        return served
                ? new Run(nextIncarnation, nextBootId, false, Optional.of(incarnation), ended(stoppedCleanly, sameBoot))
                : new Run(nextIncarnation, nextBootId, false, base, passedOn(sameBoot));
    }

    /** The same run, allowed to serve from now on. */
    Run asServed() {
        return new Run(incarnation, bootId, true, base, claim);
    }

    /** The same run, without a claim. */
    Run claimingNothing() {
        return new Run(incarnation, bootId, served, base, RestartClaim.RESTART_CLAIM_UNCLEAN);
    }

    private static RestartClaim ended(boolean stoppedCleanly, boolean sameBoot) {
        if (stoppedCleanly) {
            return RestartClaim.RESTART_CLAIM_CLEAN;
        }
        return sameBoot ? RestartClaim.RESTART_CLAIM_PROCESS_CRASH : RestartClaim.RESTART_CLAIM_DURABLE;
    }

    /** A run that never served changed nothing, but a reboot since took with it what was not forced. */
    private RestartClaim passedOn(boolean sameBoot) {
        return claim == RestartClaim.RESTART_CLAIM_PROCESS_CRASH && !sameBoot
                ? RestartClaim.RESTART_CLAIM_DURABLE
                : claim;
    }

    Properties toProperties() {
        var properties = new Properties();
        properties.setProperty("incarnation", incarnation.toString());
        properties.setProperty("boot.id", bootId);
        properties.setProperty("served", Boolean.toString(served));
        properties.setProperty("base", base.map(UUID::toString).orElse(NONE));
        properties.setProperty("claim", claim.name());
        return properties;
    }

    /** @throws IllegalArgumentException if a value is missing or malformed */
    static Run of(Properties properties) {
        var base = PropertiesFile.required(properties, "base");
        return new Run(
                UUID.fromString(PropertiesFile.required(properties, "incarnation")),
                properties.getProperty("boot.id", ""),
                Boolean.parseBoolean(PropertiesFile.required(properties, "served")),
                base.equals(NONE) ? Optional.empty() : Optional.of(UUID.fromString(base)),
                RestartClaim.valueOf(PropertiesFile.required(properties, "claim")));
    }
}
