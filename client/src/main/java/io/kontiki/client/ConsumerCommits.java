package io.kontiki.client;

import io.kontiki.client.OffsetCalls.Asker;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What a consumer commits: when asked to, by itself, and before it lets go of partitions. Belongs to the consumer's thread.
 */
final class ConsumerCommits implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ConsumerCommits.class.getName());

    private final String groupId;
    private final Duration requestTimeout;
    private final Fetcher fetcher;
    private final OffsetCalls offsets;
    private final Supplier<Asker> asker;
    private final Commits commits;
    private final AutoCommit autoCommit;
    private CompletableFuture<Void> lastAutomatic = CompletableFuture.completedFuture(null);

    /** @param asker on whose behalf it commits now */
    ConsumerCommits(
            GroupConfig settings,
            Duration requestTimeout,
            Fetcher fetcher,
            OffsetCalls offsets,
            Supplier<Asker> asker) {
        this.groupId = settings.groupId();
        this.requestTimeout = requestTimeout;
        this.fetcher = fetcher;
        this.offsets = offsets;
        this.asker = asker;
        this.commits = new Commits(offsets::commit, requestTimeout);
        this.autoCommit = new AutoCommit(
                settings.autoCommit(), settings.autoCommitInterval().toNanos(), System.nanoTime());
    }

    /** One at a time. */
    void commitIfDue() {
        if (autoCommit.isDue(System.nanoTime()) && lastAutomatic.isDone()) {
            commitAutomatically();
        }
    }

    /** Begins to commit what is worked through, if that is to happen without being asked for. */
    void commitAutomatically() {
        var positions = autoCommit.take(fetcher.partitions().values(), System.nanoTime());
        if (!positions.isEmpty()) {
            lastAutomatic = store(positions);
            lastAutomatic.whenComplete((nothing, failure) -> {
                if (failure != null) {
                    LOG.log(System.Logger.Level.WARNING, "automatic commit: {0}", failure.getMessage());
                }
            });
        }
    }

    void commit(Map<TopicPartition, CommittedOffset> wanted) {
        // The commit itself keeps to the request time-out; this is for those before it.
        Commits.await(commitAsync(wanted), requestTimeout.plus(requestTimeout));
    }

    CompletableFuture<Void> commitAsync(Map<TopicPartition, CommittedOffset> wanted) {
        autoCommit.onExplicitCommit(fetcher.partitions().values().stream()
                .filter(partition -> wanted.containsKey(partition.partition()))
                .toList());
        return store(wanted);
    }

    /** What fails may be committed automatically again. */
    private CompletableFuture<Void> store(Map<TopicPartition, CommittedOffset> wanted) {
        var stored = commits.store(asker.get(), wanted);
        stored.whenComplete((nothing, failure) -> {
            if (failure != null) {
                fetcher.post(() -> autoCommit.forget(wanted.keySet()));
            }
        });
        return stored;
    }

    Map<TopicPartition, CommittedOffset> committed(Set<TopicPartition> partitions) {
        return offsets.fetch(Asker.outsideOf(groupId), partitions, requestTimeout);
    }

    /** Commits what is worked through of partitions that are to be let go of, and waits for that. */
    void settle(Collection<TopicPartition> partitions, Duration timeout) {
        var positions = autoCommit.take(
                partitions.stream().map(fetcher.partitions()::get).toList(), System.nanoTime());
        if (!positions.isEmpty()) {
            awaitQuietly(commits.store(asker.get(), positions), timeout);
        }
    }

    /** Waits for all commits before: they are still of this member, and too late afterwards. */
    void awaitAll(Duration timeout) {
        awaitQuietly(commits.store(asker.get(), Map.of()), timeout);
    }

    /** The records come again, to the next owner: no reason to keep the partition. */
    private void awaitQuietly(CompletableFuture<Void> commit, Duration timeout) {
        try {
            Commits.await(commit, timeout);
        } catch (KontikiException e) {
            LOG.log(System.Logger.Level.WARNING, "group {0}: {1}", groupId, e.getMessage());
        }
    }

    /** They are gone: what was committed of them says nothing of later. */
    void forget(Set<TopicPartition> partitions) {
        autoCommit.forget(partitions);
    }

    @Override
    public void close() {
        commits.close();
    }
}
