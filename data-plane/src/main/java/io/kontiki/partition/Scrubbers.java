package io.kontiki.partition;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A {@link Scrubber} for each directory, so that one that hangs holds up no other. Any thread. */
final class Scrubbers implements AutoCloseable {
    private final Map<LogDir, Scrubber> byDir;
    private final DiskThrottle together;
    private final LongSupplier nanoTime;

    /** @param partitions those of the moment; any thread */
    Scrubbers(
            List<LogDir> dirs,
            Supplier<? extends Collection<Partition>> partitions,
            CopyCheck copies,
            ScrubSettings settings,
            LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.together = new DiskThrottle(settings.bytesPerSecondMax(), nanoTime.getAsLong());
        long intervalNanos = settings.interval().toNanos();
        this.byDir = dirs.stream()
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(),
                        dir -> new Scrubber(dir, partitions, copies, intervalNanos, together, nanoTime)));
    }

    Scrubber of(LogDir dir) {
        return byDir.get(dir);
    }

    /** Takes on another bound on what they read together. */
    void limit(long bytesPerSecondMax) {
        together.limit(bytesPerSecondMax, nanoTime.getAsLong());
    }

    /** Answers a leader about its follower here when there is time. */
    CompletableFuture<DigestAnswer> answer(Partition follower, DigestQuestion question) {
        return of(follower.dir()).answer(follower, question);
    }

    @Override
    public void close() {
        byDir.values().forEach(Scrubber::close);
    }
}
