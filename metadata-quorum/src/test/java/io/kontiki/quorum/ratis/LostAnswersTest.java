package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Test;

class LostAnswersTest {
    private static final RaftPeerId ONE = RaftPeerId.valueOf("1");
    private static final RaftPeerId OTHER = RaftPeerId.valueOf("2");

    private final LostAnswers answers = new LostAnswers();

    private boolean isEntryDue(long seconds, long last, Map<RaftPeerId, Long> matches) {
        // Any number of nanoseconds may be the first.
        return answers.isEntryDue(matches, last, Long.MAX_VALUE + TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void entryIsDueWhenAFollowerStaysBehind() {
        assertThat(isEntryDue(0, 7, Map.of(ONE, 5L, OTHER, 7L))).isFalse();
        assertThat(isEntryDue(1, 7, Map.of(ONE, 5L, OTHER, 7L))).isTrue();
    }

    @Test
    void entryThatDoesNotHelpIsFollowedByFewer() {
        int due = 0;
        for (int second = 0; second < 600; second++) {
            due += isEntryDue(second, 7 + due, Map.of(ONE, 5L)) ? 1 : 0;
        }
        // After 1, 2, 4, 8, 16, 32 seconds, and each minute.
        assertThat(due).isEqualTo(6 + (599 - 63) / 60);
    }

    @Test
    void noneIsDueWhileAFollowerGetsOn() {
        for (int second = 0; second < 20; second++) {
            assertThat(isEntryDue(second, 100, Map.of(ONE, (long) second))).isFalse();
        }
    }

    @Test
    void whoeverWasUpToDateMayTakeItsTimeAnew() {
        isEntryDue(0, 7, Map.of(ONE, 5L));
        assertThat(isEntryDue(1, 7, Map.of(ONE, 7L))).isFalse();
        assertThat(isEntryDue(2, 8, Map.of(ONE, 7L))).isFalse();
        assertThat(isEntryDue(3, 8, Map.of(ONE, 7L))).isTrue();
    }

    @Test
    void noneIsDueForAFollowerThatIsSilent() {
        isEntryDue(0, 7, Map.of(ONE, 5L));
        assertThat(isEntryDue(1, 7, Map.of())).isFalse();
        assertThat(isEntryDue(2, 7, Map.of(ONE, 5L))).isFalse();
    }

    @Test
    void leaderBeginsAnew() {
        isEntryDue(0, 7, Map.of(ONE, 5L));
        answers.clear();
        assertThat(isEntryDue(5, 7, Map.of(ONE, 5L))).isFalse();
    }
}
