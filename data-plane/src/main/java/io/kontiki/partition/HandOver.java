package io.kontiki.partition;

import io.kontiki.log.LogCopy;
import io.kontiki.log.LogFailedException;
import io.kontiki.storage.StorageException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * The last step of a move: an event of the partition's loop, for which the thread of the move waits. Either the loop begins
 * with it or the waiting thread gives it up, whichever comes first; so nobody deletes a copy that the loop is publishing.
 */
final class HandOver {
    private static final long ASK_MILLIS = 100;

    private final Partition partition;
    private final LogDir target;
    private final LogCopy copy;
    private final long bytesMax;
    private final AtomicBoolean decided = new AtomicBoolean();
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();

    /** @param bytesMax what the loop may copy */
    HandOver(Partition partition, LogDir target, LogCopy copy, long bytesMax) {
        this.partition = partition;
        this.target = target;
        this.copy = copy;
        this.bytesMax = bytesMax;
    }

    /** On the event loop. */
    void run() {
        if (!decided.compareAndSet(false, true)) {
            return;
        }
        try {
            done.complete(exchange());
        } catch (LogPlace.BrokenLogException | LogFailedException e) {
            partition.breakDown(String.valueOf(e.getMessage()));
            done.completeExceptionally(e);
        } catch (StorageException | IllegalStateException e) {
            done.completeExceptionally(e);
        } catch (RuntimeException | Error e) {
            done.completeExceptionally(e);
            throw e;
        }
    }

    private boolean exchange() {
        if (!partition.canMove() || target.isOffline()) {
            throw new IllegalStateException("the replica ended, or one of the directories is offline");
        }
        return partition.place().exchange(copy, target, bytesMax);
    }

    /**
     * Waits for the loop.
     *
     * @param goOn asked now and then; once it is false, the step is given up unless the loop has begun with it
     * @return false if nothing happened, since too much was appended meanwhile
     * @throws RuntimeException what ended the step; the log is where it was
     */
    boolean await(BooleanSupplier goOn) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return done.get(ASK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException notYet) {
                    if (!goOn.getAsBoolean() && decided.compareAndSet(false, true)) {
                        throw new IllegalStateException("the broker stops");
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof RuntimeException cause
                            ? cause
                            : new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
