package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.storage.ForwardingDisk;
import io.kontiki.storage.file.FileDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The looks are counted by hand: no time passes. */
class DirWatchTest {
    @TempDir
    Path root;

    private volatile CountDownLatch answer = new CountDownLatch(1);
    private final List<Thread> waiting = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private LoopThread loop;
    private LogDir dir;
    private DirWatch watch;

    /** A disk whose deletions hang. */
    private final class HangingDisk extends ForwardingDisk {
        HangingDisk() {
            super(new FileDisk(root));
        }

        @Override
        public void delete(String path) {
            awaitAnswer();
        }
    }

    @BeforeEach
    void begin() {
        loop = new LoopThread(
                "loop",
                100,
                TimeUnit.MILLISECONDS.toNanos(1),
                System::nanoTime,
                (ended, defect) -> told.add("defect " + defect));
        dir = LogDir.online(UUID.randomUUID(), "d", new HangingDisk(), 0);
        watch = new DirWatch(
                List.of(dir),
                List.of(loop),
                Duration.ofSeconds(4),
                (hung, othersWait, reason) -> told.add((othersWait ? "others wait: " : "alone: ") + reason));
    }

    @AfterEach
    void end() throws InterruptedException {
        comeBack();
        loop.close();
    }

    /** Whoever waits goes on; the next ones wait again. */
    private void comeBack() throws InterruptedException {
        CountDownLatch present = answer;
        answer = new CountDownLatch(1);
        present.countDown();
        for (Thread thread : waiting) {
            thread.join();
        }
        waiting.clear();
    }

    /** Returns once it stands still: if it came to that later, nothing would let it go on. */
    private void stopLoop() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch present = answer;
        loop.execute(() -> {
            begun.countDown();
            hang(present);
        });
        begun.await();
    }

    private void awaitAnswer() {
        hang(answer);
    }

    private static void hang(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError("a thread that uses a disk was interrupted", e);
        }
    }

    private void delete(String path) {
        dir.disk().orElseThrow().delete(path);
    }

    private void start(Thread thread) {
        int before = dir.underWay().size();
        waiting.add(thread);
        thread.start();
        await().until(() -> dir.underWay().size() > before);
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            long ended = loop.eventsEnded();
            watch.look();
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> loop.eventsEnded() > ended);
        }
    }

    @Test
    void anOperationThatLooksFindAgainAndAgainIsToldOnce() {
        start(dir.threads("own").newThread(() -> delete("x")));
        look(DirWatch.LOOKS);
        assertThat(told).isEmpty();

        look(2 * DirWatch.LOOKS);

        assertThat(told)
                .singleElement()
                .satisfies(reason -> assertThat(reason)
                        .startsWith("alone: the disk hangs: \"delete x\" of thread own has not come back in 4000 ms"));
    }

    @Test
    void operationsThatComeBackAreNotAddedUp() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            start(dir.threads("own").newThread(() -> delete("x")));
            look(DirWatch.LOOKS);
            comeBack();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void aThreadOfOthersThatComesToWaitIsTold() {
        start(dir.threads("own").newThread(() -> delete("x")));
        look(DirWatch.LOOKS + 1);

        start(new Thread(() -> delete("y"), "of all"));
        look(DirWatch.LOOKS_ONCE_HUNG);
        assertThat(told).hasSize(1);
        look(DirWatch.LOOKS);

        assertThat(told)
                .hasSize(2)
                .last()
                .satisfies(reason -> assertThat(reason)
                        .startsWith("others wait: ")
                        .contains("and of all, which serves other directories, too, waits"));
    }

    /** As behind a lock that a thread holds which waits for the disk. */
    @Test
    void anEventLoopThatStandsStillIsTold() throws InterruptedException {
        start(dir.threads("own").newThread(() -> delete("x")));
        stopLoop();
        for (int i = 0; i < DirWatch.LOOKS + 1; i++) {
            watch.look();
        }
        assertThat(told)
                .singleElement()
                .satisfies(
                        reason -> assertThat(reason).startsWith("others wait: ").contains("and loop, which serves"));
    }

    @Test
    void anEventLoopThatStandsStillWhileAllDisksAnswerIsNotTheirs() throws InterruptedException {
        stopLoop();
        for (int i = 0; i < 2 * DirWatch.LOOKS; i++) {
            watch.look();
        }
        assertThat(told).isEmpty();
    }
}
