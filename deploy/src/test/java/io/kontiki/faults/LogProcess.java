package io.kontiki.faults;

import io.kontiki.log.LogConfig;
import io.kontiki.log.LogFailedException;
import io.kontiki.log.PartitionLog;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that opens a log, reads all of it, and appends until it is killed or its disk fails. What it prints is what it
 * vouches for; a line that begins otherwise is somebody's log.
 *
 * <pre>
 * > run RUN OFFSET     the records from there on, up to the next such line, are of that run
 * > opened END         all that was found is as it was appended
 * > truncating END     is about to
 * > truncated END
 * > flushed END        what lies below is durable
 * > full               an append found no room; it is tried again and again
 * > room               and found some
 * > failed             an append or flush failed; each one after it was refused, too
 * > lenient            one of those after it was not
 * </pre>
 */
final class LogProcess {
    static final UUID TOPIC = new UUID(4, 2);
    static final String DIRECTORY = "faults-0";
    static final LogConfig CONFIG =
            LogConfig.defaults().withSegmentBytes(64 << 10).withIndexIntervalBytes(512);

    private static final int RECORDS_MAX = 20;
    private static final int UNFLUSHED_MAX = 2000;
    private static final int CUT_BACK_MAX = 300;

    private final PartitionLog log;
    private final int run;
    private final SplittableRandom random;

    private LogProcess(PartitionLog log, int run, long seed) {
        this.log = log;
        this.run = run;
        this.random = new SplittableRandom(seed);
    }

    /** @param args directory of the disk, number of the run, seed */
    public static void main(String[] args) {
        endWithParent();
        int run = Integer.parseInt(args[1]);
        PartitionLog log = PartitionLog.open(new FileDisk(Path.of(args[0])), DIRECTORY, TOPIC, CONFIG);
        LogContent content = LogContent.of(log);
        content.runs().forEach((offset, wrote) -> say("run " + wrote + " " + offset));
        say("opened " + content.endOffset());
        new LogProcess(log, run, Long.parseLong(args[2])).work();
    }

    private static void endWithParent() {
        Thread watch = new Thread(
                () -> {
                    try {
                        System.in.read();
                    } catch (IOException e) {
                        // The same as its end.
                    }
                    Runtime.getRuntime().halt(0);
                },
                "end-with-parent");
        watch.setDaemon(true);
        watch.start();
    }

    private void work() {
        try {
            if (random.nextInt(4) == 0) {
                truncate();
            }
            log.beginEpoch(run);
            Thread flusher = new Thread(this::flushForEver, "flusher");
            flusher.start();
            appendForEver();
        } catch (LogFailedException e) {
            tellFailure();
        }
    }

    private void truncate() {
        long end = Math.max(log.logStartOffset(), log.endOffset() - random.nextInt(CUT_BACK_MAX));
        say("truncating " + Math.max(log.logStartOffset(), end - RECORDS_MAX));
        log.truncateTo(end);
        say("truncated " + log.endOffset());
    }

    private void appendForEver() {
        while (true) {
            appendOnceThereIsRoom(random.nextInt(1, RECORDS_MAX));
            while (log.endOffset() - log.flushedOffset() > UNFLUSHED_MAX && !log.isFailed()) {
                LockSupport.parkNanos(100_000);
            }
        }
    }

    /** Rule R11: a full disk refuses, and nothing is broken. */
    private void appendOnceThereIsRoom(int records) {
        boolean full = false;
        while (!appendIfRoom(records)) {
            if (!full) {
                say("full");
            }
            full = true;
            LockSupport.parkNanos(1_000_000);
        }
        if (full) {
            say("room");
        }
    }

    private boolean appendIfRoom(int records) {
        long end = log.endOffset();
        try {
            log.appendAsLeader(NumberedBatches.at(end, run, records), run);
            return true;
        } catch (DiskFullException full) {
            if (log.endOffset() != end) {
                throw new IllegalStateException("refused, but appended", full);
            }
            return false;
        }
    }

    private void flushForEver() {
        try {
            for (int flushes = 1; ; flushes++) {
                say("flushed " + log.flush());
                if (flushes % 16 == 0) {
                    checkpointIfRoom();
                }
            }
        } catch (LogFailedException e) {
            tellFailure();
        }
    }

    private void checkpointIfRoom() {
        try {
            log.checkpoint();
        } catch (DiskFullException full) {
            // What was noted before stays.
        }
    }

    /** Rule R10: a failed flush is not tried again, and nothing is appended behind it. */
    private void tellFailure() {
        long flushed = log.flushedOffset();
        boolean refused = refuses(log::flush)
                && refuses(() -> log.appendAsLeader(NumberedBatches.at(log.endOffset(), run, 1), run))
                && log.flushedOffset() == flushed;
        say(refused ? "failed" : "lenient");
    }

    private static boolean refuses(Runnable call) {
        try {
            call.run();
            return false;
        } catch (LogFailedException expected) {
            return true;
        }
    }

    private static synchronized void say(String line) {
        System.out.println("> " + line);
        System.out.flush();
    }
}
