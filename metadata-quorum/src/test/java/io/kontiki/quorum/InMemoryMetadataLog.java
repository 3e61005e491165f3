package io.kontiki.quorum;

import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.command.MetadataState;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.v1.ErrorReason;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** The metadata log's twin without disk or peers: one voter that always leads. Entries are applied on one thread. */
public final class InMemoryMetadataLog implements MetadataLog {
    private final int nodeId;
    private final LocalMetadata metadata;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    // Owned by the thread.
    private MetadataImage image = MetadataImage.EMPTY;
    private long term;
    private LeadershipListener listener;
    private volatile QuorumStatus status = QuorumStatus.idle(QuorumStatus.LifeCycle.STARTING);

    public InMemoryMetadataLog(int nodeId, LocalMetadata metadata) {
        this.nodeId = nodeId;
        this.metadata = metadata;
    }

    @Override
    public void start(LeadershipListener leadershipListener) {
        thread.execute(() -> {
            listener = leadershipListener;
            term = 1;
            lead(0);
        });
    }

    /** Leads from now on in a higher term, as after an election that it won again. */
    public void changeTerm() {
        thread.execute(() -> {
            listener.onLeadershipLost();
            term++;
            lead(image.position().index());
        });
    }

    private void lead(long index) {
        status = new QuorumStatus(QuorumStatus.LifeCycle.RUNNING, term, OptionalInt.of(nodeId), true, index, index, -1);
        listener.onLeaderKnown(nodeId);
        listener.onLeading(term);
    }

    @Override
    public CompletableFuture<Boolean> confirmLeading() {
        return CompletableFuture.completedFuture(status.leading());
    }

    @Override
    public OptionalLong confirmedNanos(long leaderTerm) {
        return status.leading() && status.term() == leaderTerm
                ? OptionalLong.of(System.nanoTime())
                : OptionalLong.empty();
    }

    @Override
    public CompletableFuture<Submission> submit(Command command) {
        var size = command.getSerializedSize();
        if (size > COMMAND_BYTES_MAX) {
            return CompletableFuture.completedFuture(Submission.refused(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "command of " + size + " bytes exceeds the limit of " + COMMAND_BYTES_MAX));
        }
        try {
            return CompletableFuture.supplyAsync(() -> apply(command), thread);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(
                    Submission.refused(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE, "the metadata log is not open"));
        }
    }

    private Submission apply(Command command) {
        var index = image.position().index() + 1;
        var applied = MetadataState.apply(image, command, term, index);
        image = applied.image();
        metadata.publish(applied.delta(), image);
        status = new QuorumStatus(QuorumStatus.LifeCycle.RUNNING, term, OptionalInt.of(nodeId), true, index, index, -1);
        return new Submission(applied.reply(), index);
    }

    @Override
    public void suspectLeader(int leaderId) {}

    @Override
    public QuorumStatus status() {
        return status;
    }

    @Override
    public void close() {
        if (thread.isShutdown()) {
            return;
        }
        thread.execute(() -> {
            if (listener != null) {
                listener.onLeadershipLost();
            }
        });
        thread.shutdown();
        try {
            thread.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        status = QuorumStatus.idle(QuorumStatus.LifeCycle.CLOSED);
    }
}
