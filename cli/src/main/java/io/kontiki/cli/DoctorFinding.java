package io.kontiki.cli;

import com.google.gson.JsonObject;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * One thing that {@code kontiki doctor} finds.
 *
 * @param fault its kind, on which programs may act
 * @param severity how bad it is
 * @param subject what it is about, such as {@code broker 3}
 * @param what the fault, one line without a full stop
 * @param advice what to do about it, one line
 */
record DoctorFinding(Fault fault, Severity severity, String subject, String what, String advice) {
    /** The worst first. */
    enum Severity {
        /** Records cannot be written or read, or may be lost by the next fault. */
        CRITICAL,
        /** It works, with less safety or less speed than it should. */
        WARNING,
        /** A choice that has a price; no fault by itself. */
        NOTICE
    }

    /** Kinds of findings; of equal severity the earlier one is told first, since it may be the cause of later ones. */
    enum Fault {
        NO_QUORUM_LEADER,
        BROKER_DOWN,
        BROKER_SILENT,
        LOG_DIR_OFFLINE,
        LOG_DIR_FULL,
        OFFLINE_PARTITIONS,
        UNDER_MIN_ISR,
        IMAGES_DIFFER,
        VOTER_LOST,
        UNKNOWN_BROKER,
        UNDER_REPLICATED,
        MOVE_WAITS,
        LOG_DIR_FILLS,
        UNBALANCED_LEADERS,
        CLOCK_SKEW,
        GROUP_WITHOUT_COORDINATOR,
        GROUP_WITHOUT_MEMBERS,
        GROUP_READS_NOTHING,
        GROUP_LAGS,
        GROUP_UNREADABLE,
        SINGLE_COPY,
        FEW_VOTERS
    }

    static List<DoctorFinding> sorted(List<DoctorFinding> findings) {
        return findings.stream()
                .sorted(Comparator.comparing(DoctorFinding::severity).thenComparing(DoctorFinding::fault))
                .toList();
    }

    static DoctorFinding critical(Fault fault, String subject, String what, String advice) {
        return new DoctorFinding(fault, Severity.CRITICAL, subject, what, advice);
    }

    static DoctorFinding warning(Fault fault, String subject, String what, String advice) {
        return new DoctorFinding(fault, Severity.WARNING, subject, what, advice);
    }

    static DoctorFinding notice(Fault fault, String subject, String what, String advice) {
        return new DoctorFinding(fault, Severity.NOTICE, subject, what, advice);
    }

    /** Whether somebody should do something. */
    boolean isProblem() {
        return severity != Severity.NOTICE;
    }

    String text() {
        return severity.name().toLowerCase(Locale.ROOT) + ": " + what + "\n    " + advice + "\n";
    }

    JsonObject json() {
        var object = new JsonObject();
        object.addProperty("severity", severity.name().toLowerCase(Locale.ROOT));
        object.addProperty("fault", fault.name());
        object.addProperty("subject", subject);
        object.addProperty("what", what);
        object.addProperty("advice", advice);
        return object;
    }
}
