package io.kontiki.cli;

import io.kontiki.client.ClusterDescription;
import io.kontiki.client.QuorumDescription;
import io.kontiki.client.QuorumMember;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an operator should know of a quorum as a whole. */
final class QuorumText {
    private QuorumText() {}

    static Optional<QuorumMember> member(QuorumDescription quorum, int brokerId) {
        return quorum.members().stream()
                .filter(member -> member.brokerId() == brokerId)
                .findFirst();
    }

    static boolean votes(QuorumMember member) {
        return member.role() != QuorumMember.Role.OBSERVER;
    }

    static List<QuorumMember> voters(QuorumDescription quorum) {
        return quorum.members().stream().filter(QuorumText::votes).toList();
    }

    /** Why nothing can be decided; empty if there is a leader. */
    static Optional<String> standstill(QuorumDescription quorum) {
        if (quorum.leaderId().isPresent()) {
            return Optional.empty();
        }
        var voters = voters(quorum);
        long answering =
                voters.stream().filter(voter -> voter.problem().isEmpty()).count();
        int needed = voters.size() / 2 + 1;
        var what = "the quorum has no leader: " + answering + " of " + voters.size() + " voters answer and " + needed
                + " are needed";
        if (answering >= needed) {
            return Optional.of(what + "; they elect one now, so ask again in a moment");
        }
        // One that answers, but has lost its storage, is not brought back by a start.
        var silent = voters.stream()
                .filter(voter ->
                        !voter.problem().isEmpty() && voter.imageIndex().isEmpty())
                .toList();
        return Optional.of(what + ". Nothing of the metadata can change until then"
                + (silent.isEmpty() ? "" : ". Start broker " + ids(silent)));
    }

    /** What to know of a broker's view of the cluster while it knows no leader of the quorum; empty if it knows one. */
    static Optional<String> mayBeOld(ClusterDescription cluster) {
        return cluster.controllerId().isPresent()
                ? Optional.empty()
                : Optional.of("the quorum has no leader; what is shown may be old. See: kontiki quorum status");
    }

    /** What speaks against so many voters; empty if nothing does. */
    static Optional<String> advice(QuorumDescription quorum) {
        return switch (voters(quorum).size()) {
            case 2 ->
                Optional.of(
                        "two voters: the loss of either stops the cluster. Go on to three: kontiki quorum add BROKER");
            case 4 ->
                Optional.of("four voters bear the loss of no more than three do, one. Go on to five, or back to three:"
                        + " kontiki quorum add BROKER, kontiki quorum remove BROKER");
            default -> Optional.empty();
        };
    }

    private static String ids(List<QuorumMember> members) {
        return members.stream()
                .map(member -> Integer.toString(member.brokerId()))
                .collect(Collectors.joining(" or "));
    }
}
