package io.kontiki.service.quorum;

import io.kontiki.proto.internal.v1.DescribeMemberResponse;
import java.util.Collection;
import java.util.Comparator;

/** Whether the quorum counts a storage among its voters, as the members tell. */
enum Vote {
    COUNTS,
    /** The storage is not, or no longer, a voter's: it may be deleted. */
    DOES_NOT_COUNT,
    /** No leader answers, or what it knows may be older than what this broker knows. */
    UNKNOWN;

    /**
     * Rule Q5: a storage that may count is never given up. So of those who say that they lead the one with the highest term
     * is heard, and only if it knows at least as much of the voters as the storage itself.
     *
     * @param own what the broker of the storage tells
     * @param told what it and the others tell, all of the same quorum
     */
    static Vote of(String storageId, DescribeMemberResponse own, Collection<DescribeMemberResponse> told) {
        return told.stream()
                .filter(DescribeMemberResponse::getLeading)
                .max(Comparator.comparingLong(DescribeMemberResponse::getTerm))
                .filter(leader -> leader.getTerm() >= own.getTerm())
                .map(leader -> of(storageId, own, leader))
                .orElse(UNKNOWN);
    }

    private static Vote of(String storageId, DescribeMemberResponse own, DescribeMemberResponse leader) {
        if (lists(leader, storageId)) {
            return COUNTS;
        }
        return lists(own, storageId) && knowsOfLaterVoters(own, leader) ? UNKNOWN : DOES_NOT_COUNT;
    }

    /**
     * A leader begins its term with an entry that tells the voters again. One of an earlier term is in its log before that,
     * or is overwritten there, however high its index.
     */
    private static boolean knowsOfLaterVoters(DescribeMemberResponse own, DescribeMemberResponse leader) {
        return own.getVotersTerm() > leader.getTerm()
                || own.getVotersTerm() == leader.getTerm() && own.getVotersIndex() > leader.getVotersIndex();
    }

    private static boolean lists(DescribeMemberResponse member, String storageId) {
        return member.getVotersList().stream()
                .anyMatch(voter -> voter.getStorageId().equals(storageId));
    }
}
