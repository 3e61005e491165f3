package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.storage.file.FileDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirThreadsTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path root;

    private LogDir hanging;
    private LogDir sound;

    @BeforeEach
    void makeDirs() {
        hanging = LogDir.online(UUID.randomUUID(), "hanging", new FileDisk(root), 0);
        sound = LogDir.online(UUID.randomUUID(), "sound", new FileDisk(root), 0);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            throw new AssertionError("was interrupted", e);
        }
    }

    @Test
    void whateverHangsInADirectoryHoldsUpNoOther() {
        CountDownLatch answer = new CountDownLatch(1);
        CompletableFuture<Thread> done = new CompletableFuture<>();
        try (DirThreads threads = new DirThreads(List.of(hanging, sound), "work", 2, Threads.system())) {
            for (int i = 0; i < 10; i++) {
                threads.execute(hanging, () -> await(answer));
            }
            threads.execute(sound, () -> done.complete(Thread.currentThread()));

            assertThat(done).succeedsWithin(SOON);
            assertThat(sound.owns(done.join())).isTrue();
            assertThat(hanging.owns(done.join())).isFalse();
            answer.countDown();
        }
    }

    @Test
    void theEndDoesNotWaitForADirectoryThatIsOffline() {
        CountDownLatch answer = new CountDownLatch(1);
        DirThreads threads = new DirThreads(List.of(hanging), "work", 1, Threads.system());
        threads.execute(hanging, () -> await(answer));
        hanging.takeOffline("test");

        assertThat(CompletableFuture.runAsync(threads::close)).succeedsWithin(Duration.ofSeconds(5));
        answer.countDown();
    }

    @Test
    void whatFailsOnceIsDoneAgain() {
        AtomicInteger runs = new AtomicInteger();
        try (DirThreads threads = new DirThreads(List.of(sound), "work", 1, Threads.system())) {
            threads.every(Duration.ofMillis(1), dir -> {
                if (runs.incrementAndGet() == 1) {
                    throw new InternalError("test");
                }
            });
            Awaitility.await().until(() -> runs.get() > 2);
        }
    }

    @Test
    void whatComesAfterTheEndIsDropped() {
        AtomicInteger runs = new AtomicInteger();
        DirThreads threads = new DirThreads(List.of(sound), "work", 1, Threads.system());
        threads.close();
        threads.execute(sound, runs::incrementAndGet);
        threads.schedule(sound, Duration.ZERO, runs::incrementAndGet);
        assertThat(runs).hasValue(0);
    }
}
