package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.RangeDigest;
import io.kontiki.partition.DigestAnswer.Reason;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CopyComparisonTest {
    private static final RangeDigest OWN = new RangeDigest(0, 10, "aa", false);
    private static final DigestAnswer SAME = new DigestAnswer.Digest("aa");
    private static final DigestAnswer OTHER = new DigestAnswer.Digest("bb");
    private static final DigestAnswer NOTHING = DigestAnswer.refused(Reason.UNREACHABLE);
    private static final List<Integer> REPLICAS = List.of(1, 2, 3);

    private final CopyComparison comparison = new CopyComparison(List.of(2, 3));

    @Test
    void equalCopiesAreWithoutSuspicion() {
        assertThat(comparison.differs(2, OWN, SAME)).isFalse();
        assertThat(comparison.differs(3, OWN, SAME)).isFalse();
        assertThat(comparison.followers()).containsExactly(2, 3);
        assertThat(comparison.divergent(Set.of(), REPLICAS, true)).isEmpty();
    }

    @Test
    void oneRangeThatDiffersMakesACopyDivergentAndEndsItsPass() {
        assertThat(comparison.differs(2, OWN, OTHER)).isTrue();
        assertThat(comparison.followers()).containsExactly(3);
        assertThat(comparison.divergent(Set.of(), REPLICAS, true)).containsExactly(2);
    }

    @Test
    void suspicionEndsWithAPassThatFoundAllEqual() {
        comparison.differs(2, OWN, SAME);
        assertThat(comparison.divergent(Set.of(2), REPLICAS, true)).isEmpty();
    }

    @Test
    void suspicionStaysIfThePassEndedBeforeItsEnd() {
        comparison.differs(2, OWN, SAME);
        assertThat(comparison.divergent(Set.of(2), REPLICAS, false)).containsExactly(2);
    }

    @Test
    void suspicionStaysIfOneRangeWasNotAnswered() {
        comparison.differs(2, OWN, SAME);
        assertThat(comparison.differs(2, OWN, NOTHING)).isFalse();
        assertThat(comparison.divergent(Set.of(2), REPLICAS, true)).containsExactly(2);
    }

    @Test
    void suspicionStaysOfWhoWasNotInSyncAndGoesWithWhoIsNoReplica() {
        assertThat(comparison.divergent(Set.of(4), List.of(1, 2, 3, 4), true)).containsExactly(4);
        assertThat(comparison.divergent(Set.of(4), REPLICAS, true)).isEmpty();
    }
}
