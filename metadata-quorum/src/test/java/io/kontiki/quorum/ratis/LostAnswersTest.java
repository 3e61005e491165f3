package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Test;

class LostAnswersTest {
    private final LostAnswers answers = new LostAnswers();

    private static Follower follower(int id, long match, long next) {
        return new Follower(RaftPeerId.valueOf(Integer.toString(id)), match, next, 0);
    }

    /** Of a log that ends with what was sent last. */
    private boolean isEntryDue(long seconds, Follower... followers) {
        long end = Stream.of(followers).mapToLong(Follower::next).max().orElseThrow();
        return isEntryDue(seconds, end, followers);
    }

    private boolean isEntryDue(long seconds, long end, Follower... followers) {
        // Any number of nanoseconds may be the first.
        return answers.isEntryDue(List.of(followers), () -> end, Long.MAX_VALUE + TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void entryIsDueWhenNoAnswerComesToEntriesThatWereSent() {
        assertThat(isEntryDue(0, follower(1, 5, 8), follower(2, 7, 8))).isFalse();
        assertThat(isEntryDue(1, follower(1, 5, 8), follower(2, 7, 8))).isTrue();
    }

    @Test
    void entriesThatDoNotHelpBecomeFewer() {
        int due = 0;
        for (int second = 0; second < 600; second++) {
            due += isEntryDue(second, follower(1, 5, 8)) ? 1 : 0;
        }
        // After 1, 2, 4, 8, 16, 32 seconds, and each minute.
        assertThat(due).isEqualTo(6 + (599 - 63) / 60);
    }

    @Test
    void entriesThatAreSentInVainBecomeFewer() {
        int due = 0;
        for (int second = 0; second < 600; second++) {
            due += isEntryDue(second, follower(1, 5, 8 + due)) ? 1 : 0;
        }
        assertThat(due).isBetween(10, 15);
    }

    @Test
    void noneIsDueWhileAnswersCome() {
        for (int second = 0; second < 20; second++) {
            assertThat(isEntryDue(second, follower(1, second, second + 3))).isFalse();
        }
    }

    /** What a leader knows of one that has a log of its own, and is sent a snapshot; and of one that has all. */
    @Test
    void noneIsDueForAFollowerThatIsToBeSentMore() {
        isEntryDue(0, 90, follower(1, -1, 40), follower(2, 89, 90));
        assertThat(isEntryDue(5, 90, follower(1, -1, 40), follower(2, 89, 90))).isFalse();
    }

    @Test
    void whoeverHasAnsweredMayTakeItsTimeAnew() {
        isEntryDue(0, follower(1, 5, 8));
        assertThat(isEntryDue(1, follower(1, 7, 8))).isFalse();
        assertThat(isEntryDue(2, follower(1, 7, 9))).isFalse();
        assertThat(isEntryDue(3, follower(1, 7, 9))).isTrue();
    }

    @Test
    void noneIsDueForAFollowerThatIsSilent() {
        var silent = new Follower(RaftPeerId.valueOf("1"), 5, 8, TimeUnit.SECONDS.toNanos(10));
        for (int second = 0; second < 9; second++) {
            assertThat(isEntryDue(second, silent)).isFalse();
        }
        assertThat(isEntryDue(9, follower(1, 5, 8))).isTrue();
    }

    @Test
    void leaderBeginsAnew() {
        isEntryDue(0, follower(1, 5, 8));
        answers.clear();
        assertThat(isEntryDue(5, follower(1, 5, 8))).isFalse();
    }
}
