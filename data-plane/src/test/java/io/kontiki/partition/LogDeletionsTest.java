package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.log.LogConfig;
import io.kontiki.log.LogCopy;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.storage.ForwardingDisk;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log moved from directory d1 to d2; each deletion in d1 waits. */
class LogDeletionsTest {
    private static final TopicPartition ID = new TopicPartition(new UUID(1, 2), 0);
    private static final TopicPartition OTHER = new TopicPartition(new UUID(1, 2), 1);
    private static final TopicPartition LAST = new TopicPartition(new UUID(1, 2), 2);

    @TempDir
    Path root;

    private final CountDownLatch deleting = new CountDownLatch(1);
    private LogDir from;
    private LogDir to;
    private MovedLogs moved;
    private LogDeletions deletions;

    @BeforeEach
    void move() throws IOException {
        from = LogDir.online(new UUID(9, 1), "d1", new WaitingDisk(Files.createDirectories(root.resolve("d1"))), 0);
        to = LogDir.online(new UUID(9, 2), "d2", new FileDisk(Files.createDirectories(root.resolve("d2"))), 0);
        PartitionLogs logs =
                new PartitionLogs(List.of(from, to), LogConfig.defaults(), 1, damaged -> {}, Threads.system());
        moved = logs.moved();
        deletions = new LogDeletions(logs, Threads.system());
    }

    @AfterEach
    void end() {
        deleting.countDown();
        deletions.close();
    }

    private final class WaitingDisk extends ForwardingDisk {
        WaitingDisk(Path path) {
            super(new FileDisk(path));
        }

        @Override
        public void delete(String path) {
            await().until(() -> deleting.getCount() == 0);
            super.delete(path);
        }
    }

    private Path keep(TopicPartition id, LogDir dir) throws IOException {
        String log = "t-" + id.partition();
        moved.add(id, dir, log);
        return Files.createDirectories(
                root.resolve(dir.path()).resolve(log + "." + id.topicId() + LogCopy.MOVED_SUFFIX));
    }

    @Test
    void anOldLogIsKeptInMindUntilItsFilesAreGone() throws IOException {
        Path old = keep(ID, from);
        deletions.deleteMoved(ID);
        assertThat(moved.of(ID).map(MovedLogs.Old::dir)).contains(from);

        deleting.countDown();

        await().until(() -> moved.of(ID).isEmpty());
        assertThat(old).doesNotExist();
    }

    @Test
    void aDeletionThatWaitedTakesNoOtherOldLog() throws IOException {
        keep(OTHER, from);
        deletions.deleteMoved(OTHER);
        keep(ID, from);
        deletions.deleteMoved(ID);
        Path back = keep(ID, to);
        keep(LAST, from);
        deletions.deleteMoved(LAST);

        deleting.countDown();

        await().until(() -> moved.of(LAST).isEmpty());
        assertThat(moved.of(ID).map(MovedLogs.Old::dir)).contains(to);
        assertThat(back).exists();
    }
}
