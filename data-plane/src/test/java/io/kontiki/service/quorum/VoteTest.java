package io.kontiki.service.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.proto.internal.v1.DescribeMemberResponse;
import io.kontiki.proto.internal.v1.QuorumVoter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whether a storage may be deleted (rule Q5). */
class VoteTest {
    private static final String STORAGE = "mine";

    @Test
    void leaderTells() {
        assertThat(vote(member(7, 10, "a"), leader(7, 20, "a", STORAGE))).isEqualTo(Vote.COUNTS);
        assertThat(vote(member(7, 10, "a", STORAGE), leader(7, 20, "a"))).isEqualTo(Vote.DOES_NOT_COUNT);
        assertThat(vote(member(7, 10, "a", STORAGE), member(7, 20, "a"))).isEqualTo(Vote.UNKNOWN);
    }

    /** One that stood still says for a moment that it leads, too. */
    @Test
    void leaderOfAnEarlierTermIsNotHeard() {
        var earlier = leader(7, 10, "a");
        var later = leader(8, 20, "a", STORAGE);

        assertThat(vote(member(7, -1), earlier, later)).isEqualTo(Vote.COUNTS);
        assertThat(vote(member(7, -1), later, earlier)).isEqualTo(Vote.COUNTS);
        assertThat(vote(member(8, -1), earlier)).isEqualTo(Vote.UNKNOWN);
    }

    @Test
    void storageThatKnowsOfLaterVotersIsKept() {
        assertThat(vote(member(7, 20, "a", STORAGE), leader(7, 10, "a"))).isEqualTo(Vote.UNKNOWN);
        assertThat(vote(member(7, 20, "a"), leader(7, 10, "a"))).isEqualTo(Vote.DOES_NOT_COUNT);
    }

    /** By a leader that died before a majority had it. */
    @Test
    void votersThatWereOverwrittenAreNotLaterOnes() {
        assertThat(vote(member(7, 20, "a", STORAGE), leader(8, 10, "a"))).isEqualTo(Vote.DOES_NOT_COUNT);
    }

    private static Vote vote(DescribeMemberResponse own, DescribeMemberResponse... others) {
        return Vote.of(STORAGE, own, List.of(others));
    }

    private static DescribeMemberResponse leader(long term, long votersIndex, String... voters) {
        return member(term, votersIndex, voters).toBuilder().setLeading(true).build();
    }

    private static DescribeMemberResponse member(long term, long votersIndex, String... voters) {
        var member = DescribeMemberResponse.newBuilder()
                .setTerm(term)
                .setVotersTerm(term)
                .setVotersIndex(votersIndex);
        for (var voter : voters) {
            member.addVoters(QuorumVoter.newBuilder().setStorageId(voter));
        }
        return member.build();
    }
}
