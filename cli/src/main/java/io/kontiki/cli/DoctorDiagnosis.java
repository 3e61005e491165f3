package io.kontiki.cli;

import java.util.ArrayList;
import java.util.List;

/** What {@code kontiki doctor} makes of what it was told. Pure. */
final class DoctorDiagnosis {
    private DoctorDiagnosis() {}

    /** Everything that is wrong, the worst first, and of that what may be the cause of the rest. */
    static List<DoctorFinding> of(DoctorFacts facts) {
        var findings = new ArrayList<DoctorFinding>();
        findings.addAll(DoctorQuorum.check(facts));
        findings.addAll(DoctorBrokers.check(facts));
        findings.addAll(DoctorPartitions.check(facts));
        findings.addAll(DoctorGroups.check(facts));
        return DoctorFinding.sorted(findings);
    }
}
