package io.kontiki.thin;

import io.kontiki.client.CommittedOffset;
import io.kontiki.client.KontikiException;
import io.kontiki.client.RebalanceListener;
import io.kontiki.client.TopicPartition;
import io.kontiki.proto.v1.CommitConsumed;
import io.kontiki.proto.v1.ConsumeRequest;
import io.kontiki.proto.v1.ErrorReason;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * One {@code Consume} stream: a member of a group, on a thread of its own. What it may keep in memory is bounded, however
 * slow its caller is: records of one poll that wait for credits or for the connection, one message of at most
 * {@link #MESSAGE_BYTES_MAX} bytes (or one record) and 32 KiB in the connection, and what the client fetches ahead for each
 * partition that it owns. While anything waits, all partitions are paused.
 *
 * <pre>
 *   start --> member <--> letting go of partitions, until `released` or 3/4 of the rebalance time-out
 *               |  caller ends its side --> commits what may be --> leaves the group
 *               |  stream breaks, broker stops --> falls silent; another stream may go on as the same member
 *               |  fenced --> `lost`, then an error
 * </pre>
 */
final class ConsumeSession implements Runnable {
    /** Of one message with records; a larger record goes alone. */
    static final int MESSAGE_BYTES_MAX = 256 << 10;

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final long COMMIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long FINISH_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** How long records wait for a caller that takes none. */
    private static final long PENDING_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final Duration REBALANCE_TIMEOUT = Duration.ofSeconds(60);

    private final ConsumeStart start;
    private final ConsumeRequests requests;
    private final ConsumeAnswers answers;
    private final GroupConsumer.Opener opener;
    private final LongSupplier nanoTime;
    private final Deliveries deliveries;
    private final PendingRecords pending = new PendingRecords();
    private final Set<TopicPartition> pausedByCaller = new TreeSet<>();
    /** What the caller has to let go of now, as far as it has not said yet that it did. */
    private final Set<TopicPartition> unreleased = new TreeSet<>();

    private final CompletableFuture<Void> done = new CompletableFuture<>();

    private GroupConsumer consumer;
    private StreamCommits commits;
    private boolean holding;
    private long holdingSinceNanos;
    private boolean lost;
    private long commitDueNanos;

    /** @param nanoTime as {@link System#nanoTime} */
    ConsumeSession(
            ConsumeStart start,
            ConsumeRequests requests,
            ConsumeAnswers answers,
            GroupConsumer.Opener opener,
            LongSupplier nanoTime) {
        this.start = start;
        this.requests = requests;
        this.answers = answers;
        this.opener = opener;
        this.nanoTime = nanoTime;
        this.deliveries = new Deliveries(start.automatic(), start.credits());
    }

    /** Done when nothing more is delivered and the member is given up. Never fails. */
    CompletableFuture<Void> done() {
        return done;
    }

    /** Ends the stream with this error; the member falls silent. From any thread. */
    void stop(Refused why) {
        requests.stop(why);
    }

    @Override
    public void run() {
        try {
            if (!requests.over()) {
                open();
            }
            while (!requests.over() && !lost) {
                step();
            }
            end();
        } catch (KontikiException e) {
            abandon(ClientErrors.of(e));
        } catch (InterruptedException e) {
            abandon(Refused.because(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "this broker is stopping", e));
        } catch (RuntimeException | Error e) {
            abandon(e);
        } finally {
            done.complete(null);
        }
    }

    private void open() {
        consumer = opener.open(start, new Rebalance());
        commits = new StreamCommits(consumer, answers, deliveries, requests::wake);
        requests.onNews(consumer::wakeup);
        commitDueNanos = nanoTime.getAsLong() + COMMIT_NANOS;
        answers.started(start.memberId());
    }

    private void step() {
        takeRequests();
        commits.answerSettled();
        deliver();
        hold(!pending.isEmpty() || deliveries.credits() == 0 || !answers.ready());
        if (holding && nanoTime.getAsLong() - holdingSinceNanos >= PENDING_NANOS) {
            // A caller that stands still costs no memory.
            fetchAgain(consumer.assignment());
        }
        if (nanoTime.getAsLong() - commitDueNanos >= 0) {
            commitDueNanos = nanoTime.getAsLong() + COMMIT_NANOS;
            commits.commitAutomatically();
        }
        pending.add(consumer.poll(POLL));
    }

    private void deliver() {
        while (!pending.isEmpty() && deliveries.credits() > 0 && answers.ready() && !requests.over()) {
            var records = pending.take(deliveries.credits(), MESSAGE_BYTES_MAX);
            answers.records(records);
            records.forEach(deliveries::onDelivered);
        }
    }

    /** Fetches nothing more for the caller, or goes on. */
    private void hold(boolean hold) {
        if (hold != holding) {
            holding = hold;
            holdingSinceNanos = nanoTime.getAsLong();
            var partitions = new TreeSet<>(consumer.assignment());
            if (hold) {
                consumer.pause(partitions);
            } else {
                partitions.removeAll(pausedByCaller);
                consumer.resume(partitions);
            }
        }
    }

    // ---- What the caller says

    private void takeRequests() {
        // First, or commits that are settled would keep out what waits behind them, and nothing else would be news.
        commits.answerSettled();
        // Each may have an answer: who reads none is not listened to either, but when it ends its side.
        while (!commits.full() && (answers.ready() || requests.halfClosed())) {
            var request = requests.take();
            if (request.isEmpty()) {
                return;
            }
            take(request.get());
            commits.answerSettled();
        }
    }

    private void take(ConsumeRequest request) {
        switch (request.getRequestCase()) {
            case COMMIT -> commits.commit(offsets(request.getCommit()));
            case PAUSE -> pause(ConsumeFields.partitions("pause", request.getPause()));
            case RESUME -> resume(ConsumeFields.partitions("resume", request.getResume()));
            case CREDITS -> deliveries.onCredits(request.getCredits().getRecords());
            // Of others it says nothing, and must not be taken for an answer the next time that they go.
            case RELEASED -> unreleased.removeAll(ConsumeFields.partitions("released", request.getReleased()));
            case START -> throw Refused.invalid("start", "the stream was started before");
            case REQUEST_NOT_SET -> throw Refused.invalid("request", "is not set");
        }
    }

    private Map<TopicPartition, CommittedOffset> offsets(CommitConsumed commit) {
        return commit.getOffsetsCount() == 0 ? deliveries.confirmAll() : ConsumeFields.offsets(commit);
    }

    /** Those that are gone meanwhile are passed over. What is fetched of them is fetched again later. */
    private void pause(Set<TopicPartition> partitions) {
        partitions.retainAll(consumer.assignment());
        fetchAgain(partitions);
        pausedByCaller.addAll(partitions);
        consumer.pause(partitions);
    }

    /** Forgets what is pending of these, to poll it another time. */
    private void fetchAgain(Set<TopicPartition> partitions) {
        for (var partition : partitions) {
            pending.firstOffset(partition).ifPresent(offset -> consumer.seek(partition, offset));
        }
        pending.drop(partitions);
    }

    private void resume(Set<TopicPartition> partitions) {
        partitions.retainAll(pausedByCaller);
        pausedByCaller.removeAll(partitions);
        if (!holding) {
            consumer.resume(partitions);
        }
    }

    // ---- Partitions that come and go

    /** Called inside the consumer's poll, so on the stream's thread. */
    private final class Rebalance implements RebalanceListener {
        @Override
        public void onAssigned(Set<TopicPartition> partitions) {
            if (holding) {
                consumer.pause(partitions);
            }
            answers.assigned(partitions);
        }

        @Override
        public void onRevoked(Set<TopicPartition> partitions) {
            pending.drop(partitions);
            if (!requests.over()) {
                unreleased.addAll(partitions);
                answers.revoked(partitions);
                awaitReleased();
            }
            forget(partitions);
        }

        @Override
        public void onLost(Set<TopicPartition> partitions) {
            lost = true;
            pending.drop(partitions);
            forget(partitions);
            answers.lost(partitions);
        }
    }

    private void awaitReleased() {
        long deadlineNanos = System.nanoTime()
                + start.rebalanceTimeout().orElse(REBALANCE_TIMEOUT).toNanos() / 4 * 3;
        try {
            takeRequests();
            while (!unreleased.isEmpty() && !requests.over()) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                requests.awaitNews(left);
                takeRequests();
                commits.answerSettled();
            }
            commits.finish(Math.max(0, deadlineNanos - System.nanoTime()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void forget(Set<TopicPartition> partitions) {
        deliveries.forget(partitions);
        pausedByCaller.removeAll(partitions);
        unreleased.removeAll(partitions);
    }

    // ---- The end

    private void end() throws InterruptedException {
        if (requests.ended() && !requests.gone() && requests.stopped().isEmpty() && !lost) {
            if (consumer != null) {
                commits.finish(FINISH_NANOS);
                consumer.leave();
            }
            answers.complete();
        } else {
            abandon(requests.stopped()
                    .orElseGet(
                            () -> Refused.because(ErrorReason.ERROR_REASON_UNKNOWN_MEMBER, "the member was fenced")));
        }
    }

    private void abandon(Throwable why) {
        try {
            answers.fail(why);
        } finally {
            if (consumer != null) {
                consumer.abandon();
            }
        }
    }
}
