package io.kontiki.partition;

import io.kontiki.storage.DiskFile;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Looks after the directories: whether each has room, and whether its disk answers. A disk hangs if an operation on it does
 * not come back. A disk may do so for minutes without any
 * error, and a broker that waits for it keeps its leaderships and its heartbeats.
 *
 * <p>One thread, which touches no disk, looks at the operations under way, {@value #LOOKS} times in the time limit. An
 * operation is too old when that many looks in a row have found it: so a pause of the whole process, in which nobody looks,
 * counts for nothing, whatever the clock says. On a thread of each directory, a byte is written and forced now and then:
 * so a disk that hangs, or fails, is found while nobody uses it, and one that the metadata log alone waits for, too.
 *
 * <p>Source: CockroachDB ends its process by the age of single operations of the disk, MongoDB by a probe. Our decision
 * record 13 tells why both.
 */
final class DirWatch implements AutoCloseable {
    static final int LOOKS = 40;

    /** In a directory that hangs, who waits so long will wait on. */
    static final int LOOKS_ONCE_HUNG = LOOKS / 4;

    static final String PROBE_FILE = ".probe";
    private static final int PROBES = 4;
    private static final Duration SPACE_INTERVAL = Duration.ofSeconds(1);

    /** How many looks in a row have found something as it was. */
    private static final class Ages<T> {
        private Map<T, Integer> looks = new HashMap<>();

        void look(Collection<T> found) {
            Map<T, Integer> next = new HashMap<>();
            found.forEach(each -> next.put(each, looks.getOrDefault(each, 0) + 1));
            looks = next;
        }

        /** The oldest that is older than that. */
        Optional<T> above(int limit) {
            return looks.entrySet().stream()
                    .filter(each -> each.getValue() > limit)
                    .max(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey);
        }
    }

    private static final class Watched {
        final LogDir dir;
        final Ages<TrackedDisk.Operation> all = new Ages<>();
        final Ages<TrackedDisk.Operation> ofOthers = new Ages<>();
        boolean hung;
        boolean over;

        Watched(LogDir dir) {
            this.dir = dir;
        }
    }

    /** The last event that a loop has ended: the same as before if it is still at the next one. */
    private record Turn(LoopThread loop, long number) {}

    private final List<Watched> dirs;
    private final List<LoopThread> loops;
    private final Duration timeout;
    private final HungDirListener listener;
    private final Ages<Turn> turns = new Ages<>();
    private final DirThreads own;
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "kontiki-dir-watch");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Watches nothing before {@link #start}.
     *
     * @param loops whose events use any of the directories
     * @param timeout how long an operation may take, at least 40 ms
     */
    DirWatch(List<LogDir> dirs, List<LoopThread> loops, Duration timeout, HungDirListener listener) {
        this.dirs =
                dirs.stream().filter(dir -> !dir.isOffline()).map(Watched::new).toList();
        this.loops = loops;
        this.timeout = timeout;
        this.own = new DirThreads(dirs, "kontiki-log-dir", 1, Threads.system());
        this.listener = listener;
    }

    void start() {
        own.every(SPACE_INTERVAL, LogDir::checkSpace);
        own.every(timeout.dividedBy(PROBES), DirWatch::probe);
        // With a delay, not at a rate: after a pause of the process looks that were missed must not be made up for.
        long nanos = timeout.toNanos() / LOOKS;
        looking.scheduleWithFixedDelay(this::look, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    /** One look. Not to be called by two threads at a time. */
    void look() {
        turns.look(loops.stream()
                .filter(loop -> !loop.hasEnded())
                .map(loop -> new Turn(loop, loop.eventsEnded()))
                .toList());
        for (Watched watched : dirs) {
            Collection<TrackedDisk.Operation> underWay = watched.dir.underWay();
            watched.all.look(underWay);
            watched.ofOthers.look(underWay.stream()
                    .filter(operation -> !watched.dir.owns(operation.thread()))
                    .toList());
            if (!watched.over) {
                judge(watched);
            }
        }
    }

    private void judge(Watched watched) {
        Optional<TrackedDisk.Operation> oldest = watched.all.above(LOOKS);
        if (oldest.isEmpty()) {
            return;
        }
        Optional<String> stuck = watched.ofOthers
                .above(LOOKS_ONCE_HUNG)
                .map(operation -> operation.thread().getName())
                .or(() -> turns.above(LOOKS_ONCE_HUNG).map(turn -> turn.loop().name()));
        watched.over = stuck.isPresent();
        if (watched.over || !watched.hung) {
            watched.hung = true;
            String reason = "the disk hangs: " + oldest.get() + " has not come back in " + timeout.toMillis()
                    + " ms (log.dir.timeout.ms)"
                    + stuck.map(thread -> ", and " + thread + ", which serves other directories, too, waits")
                            .orElse("")
                    + ". Mend the disk, then start the broker again";
            listener.onHung(watched.dir, watched.over, reason);
        }
    }

    private static void probe(LogDir dir) {
        if (dir.isOffline()) {
            return;
        }
        try (DiskFile file = dir.disk().orElseThrow().open(PROBE_FILE)) {
            file.truncate(0);
            file.append(ByteBuffer.allocate(1));
            file.force();
        } catch (DiskFullException e) {
            // It has answered; that it is full is found elsewhere.
        } catch (StorageException e) {
            dir.takeOffline(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        looking.shutdown();
        own.close();
    }
}
