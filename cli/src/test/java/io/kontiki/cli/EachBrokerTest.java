package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EachBrokerTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    /** Each of them waits for the others. */
    @Test
    void allAreAskedAtOnce() {
        var together = new CyclicBarrier(3);

        var answers = EachBroker.ask(List.of(3, 1, 2), LONG, id -> {
            meet(together);
            return "I am " + id;
        });

        assertThat(answers.told().values()).containsExactly("I am 1", "I am 2", "I am 3");
        assertThat(answers.silent()).isEmpty();
    }

    @Test
    void oneLimitCountsForAllThatHang() {
        var never = new CountDownLatch(1);
        var interrupted = new CountDownLatch(2);

        var answers = EachBroker.ask(List.of(1, 2, 3), Duration.ofMillis(300), id -> {
            if (id != 3) {
                hang(never, interrupted);
            }
            return id;
        });

        assertThat(answers.told()).containsOnlyKeys(3);
        assertThat(answers.silent())
                .containsOnlyKeys(1, 2)
                .allSatisfy((id, why) -> assertThat(why).isEqualTo("did not answer within 300 ms"));
        assertThat(awaits(interrupted)).isTrue();
    }

    @Test
    void clusterWithoutBrokersIsNoFault() {
        assertThat(EachBroker.ask(List.of(), LONG, id -> id).told()).isEmpty();
    }

    @Test
    void wrongQuestionIsNoSilence() {
        assertThatThrownBy(() -> EachBroker.ask(List.of(1), LONG, id -> {
                    throw new Failure(ExitCode.USAGE, "no such key", "");
                }))
                .hasMessage("no such key");
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void hang(CountDownLatch never, CountDownLatch interrupted) {
        try {
            never.await();
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
    }

    private static boolean awaits(CountDownLatch latch) {
        try {
            return latch.await(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
