package io.kontiki.thin;

import io.kontiki.client.CommittedOffset;
import io.kontiki.client.KontikiException;
import io.kontiki.client.TopicPartition;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The commits of one stream that are on their way: those that the caller asked for are answered in their order, those that
 * are automatic are tried again. Belongs to the stream's thread.
 */
final class StreamCommits {
    /** Commits on their way, after which the caller's next messages wait. */
    static final int WAITING_MAX = 16;
    /** Offsets in them, after which they wait, too. */
    private static final int OFFSETS_MAX = 20_000;

    private record Commit(Map<TopicPartition, CommittedOffset> offsets, CompletableFuture<Void> outcome) {}

    private final GroupConsumer consumer;
    private final ConsumeAnswers answers;
    private final Deliveries deliveries;
    private final Runnable onNews;
    private final Queue<Commit> waiting = new ArrayDeque<>();
    private Optional<Commit> automatic = Optional.empty();

    /** @param onNews called when a commit is settled, on any thread; must not block */
    StreamCommits(GroupConsumer consumer, ConsumeAnswers answers, Deliveries deliveries, Runnable onNews) {
        this.consumer = consumer;
        this.answers = answers;
        this.deliveries = deliveries;
        this.onNews = onNews;
    }

    boolean full() {
        return waiting.size() >= WAITING_MAX
                || waiting.stream().mapToInt(commit -> commit.offsets().size()).sum() >= OFFSETS_MAX;
    }

    void commit(Map<TopicPartition, CommittedOffset> offsets) {
        waiting.add(begin(offsets));
        answerSettled();
    }

    /** One at a time. */
    void commitAutomatically() {
        settleAutomatic();
        if (automatic.isEmpty()) {
            var offsets = deliveries.takeToCommit();
            if (!offsets.isEmpty()) {
                automatic = Optional.of(begin(offsets));
            }
        }
    }

    private Commit begin(Map<TopicPartition, CommittedOffset> offsets) {
        var outcome = offsets.isEmpty() ? CompletableFuture.<Void>completedFuture(null) : consumer.commit(offsets);
        outcome.whenComplete((nothing, failure) -> onNews.run());
        return new Commit(offsets, outcome);
    }

    void answerSettled() {
        while (!waiting.isEmpty() && waiting.peek().outcome().isDone()) {
            var commit = waiting.remove();
            failure(commit)
                    .ifPresentOrElse(
                            why -> answers.notCommitted(commit.offsets().keySet(), why), answers::committed);
        }
    }

    private void settleAutomatic() {
        if (automatic.isPresent() && automatic.get().outcome().isDone()) {
            failure(automatic.get())
                    .ifPresent(why -> deliveries.putBack(automatic.get().offsets()));
            automatic = Optional.empty();
        }
    }

    private static Optional<Refused> failure(Commit commit) {
        try {
            commit.outcome().join();
            return Optional.empty();
        } catch (CompletionException e) {
            if (e.getCause() instanceof KontikiException error) {
                return Optional.of(ClientErrors.of(error));
            }
            throw e;
        }
    }

    /** Commits what may be, and waits until nothing is on its way any more, at most so long. */
    void finish(long nanos) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + nanos;
        await(automatic, deadlineNanos);
        settleAutomatic();
        commitAutomatically();
        await(automatic, deadlineNanos);
        settleAutomatic();
        for (var commit : waiting) {
            await(Optional.of(commit), deadlineNanos);
        }
        answerSettled();
    }

    private static void await(Optional<Commit> commit, long deadlineNanos) throws InterruptedException {
        try {
            if (commit.isPresent()) {
                commit.get().outcome().get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            // Whoever asks for the outcome gets to see it.
        }
    }
}
