package io.kontiki.cli;

import io.kontiki.cli.DoctorFinding.Fault;
import io.kontiki.client.QuorumMember;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** What is wrong with the metadata quorum. Pure. */
final class DoctorQuorum {
    private static final int VOTERS_WANTED = 3;
    /** The broker's words for a voter that runs, with an empty disk in place of the one that voted. */
    private static final String RUNS_ANEW = "runs without this storage";

    private DoctorQuorum() {}

    static List<DoctorFinding> check(DoctorFacts facts) {
        var findings = new ArrayList<DoctorFinding>();
        var quorum = facts.quorum();
        QuorumText.standstill(quorum)
                .ifPresent(what -> findings.add(DoctorFinding.critical(
                        Fault.NO_QUORUM_LEADER,
                        "quorum",
                        what,
                        "Leaders and topics stay as they are until then. See: kontiki quorum status")));
        quorum.members().stream()
                .filter(member -> QuorumText.votes(member) && !member.problem().isEmpty())
                .forEach(member -> findings.add(lost(member)));
        imagesDiffer(quorum.members(), findings);
        int voters = QuorumText.voters(quorum).size();
        QuorumText.advice(quorum)
                .ifPresent(advice -> findings.add(DoctorFinding.notice(
                        Fault.FEW_VOTERS, "quorum", "the quorum has " + voters + " voters", advice)));
        if (voters == 1 && facts.cluster().brokers().size() >= VOTERS_WANTED) {
            findings.add(DoctorFinding.notice(
                    Fault.FEW_VOTERS,
                    "quorum",
                    "one voter alone: without it nothing of the metadata can change, and its disk is the only copy",
                    "Go on to three: kontiki quorum add BROKER"));
        }
        return findings;
    }

    private static DoctorFinding lost(QuorumMember member) {
        String subject = "broker " + member.brokerId();
        String replace = "kontiki quorum replace " + member.brokerId();
        String problem = member.problem();
        boolean runsAnew = problem.startsWith(RUNS_ANEW);
        return DoctorFinding.warning(
                Fault.VOTER_LOST,
                subject,
                "voter " + member.brokerId() + " " + (runsAnew ? RUNS_ANEW : problem),
                runsAnew
                        ? "If what it had is lost for good: " + replace
                        : "Start it or mend its network. If its disk is gone, start it with an empty one and: "
                                + replace);
    }

    /** The same commands must make the same image everywhere. */
    private static void imagesDiffer(List<QuorumMember> members, List<DoctorFinding> findings) {
        var first = new HashMap<Long, QuorumMember>();
        for (QuorumMember member : members) {
            if (member.imageIndex().isPresent() && !member.imageDigest().isEmpty()) {
                long index = member.imageIndex().getAsLong();
                QuorumMember other = first.putIfAbsent(index, member);
                if (other != null && !other.imageDigest().equals(member.imageDigest())) {
                    findings.add(DoctorFinding.critical(
                            Fault.IMAGES_DIFFER,
                            "broker " + member.brokerId(),
                            "brokers " + other.brokerId() + " and " + member.brokerId()
                                    + " have different metadata at the same index " + index,
                            "This is a defect: please report it, with the output of kontiki meta dump from both."));
                }
            }
        }
    }
}
