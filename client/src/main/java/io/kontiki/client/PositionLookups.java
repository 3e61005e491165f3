package io.kontiki.client;

import io.kontiki.client.OffsetCalls.Asker;
import io.kontiki.client.OffsetCalls.Fetched;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Finds out where partitions go on, on threads of its own, since the calls block. Belongs to the consumer's thread, which gets
 * the answers as events.
 */
final class PositionLookups implements AutoCloseable {
    private final OffsetLookup lookup;
    private final Consumer<Runnable> events;
    private final ExecutorService threads =
            Executors.newCachedThreadPool(task -> Threads.daemon("kontiki-consumer-offsets", task));
    private Optional<GroupStarts> starts = Optional.empty();

    PositionLookups(OffsetLookup lookup, Consumer<Runnable> events) {
        this.lookup = lookup;
        this.events = events;
    }

    void startWith(GroupStarts groupStarts) {
        starts = Optional.of(groupStarts);
    }

    /** Starts what is due. */
    void start(Collection<PartitionFetcher> partitions, long nowNanos) {
        starts.ifPresent(group -> askGroup(group, partitions, nowNanos));
        askLeaders(partitions, nowNanos);
    }

    /** One look-up per leader, so that one that hangs holds up no other. */
    private void askLeaders(Collection<PartitionFetcher> partitions, long nowNanos) {
        var due = new HashMap<HostPort, List<PartitionFetcher>>();
        for (var partition : partitions) {
            partition
                    .lookUpDue(nowNanos)
                    .ifPresent(leader ->
                            due.computeIfAbsent(leader, a -> new ArrayList<>()).add(partition));
        }
        due.values().forEach(wanted -> {
            var positions = new LinkedHashMap<TopicPartition, Position>();
            var generations = new HashMap<PartitionFetcher, Long>();
            wanted.forEach(partition -> {
                positions.put(partition.partition(), partition.onLookingUp());
                generations.put(partition, partition.generation());
            });
            threads.execute(() -> lookUp(positions, generations));
        });
    }

    private void lookUp(Map<TopicPartition, Position> positions, Map<PartitionFetcher, Long> generations) {
        events.accept(answer(
                () -> lookUpNow(positions, generations),
                failure -> generations.forEach(
                        (partition, generation) -> partition.onLookUpFailed(generation, failure, System.nanoTime()))));
    }

    private Runnable lookUpNow(Map<TopicPartition, Position> positions, Map<PartitionFetcher, Long> generations) {
        var found = lookup.find(positions);
        var offsets = new HashMap<PartitionFetcher, Long>();
        generations
                .keySet()
                .forEach(each -> offsets.put(each, found.get(each.partition()).offset()));
        return () -> generations.forEach(
                (partition, generation) -> partition.onLookedUp(generation, offsets.get(partition)));
    }

    /** Whatever a call ends in is told: a partition that nobody tells anything waits for ever. */
    private static Runnable answer(Supplier<Runnable> call, Consumer<KontikiException> onFailure) {
        try {
            return call.get();
        } catch (KontikiException e) {
            return () -> onFailure.accept(e);
        } catch (RuntimeException | Error e) {
            var defect = new KontikiException(
                    ErrorReason.UNKNOWN, "a defect of the client, looking up where to go on: " + e, e);
            return () -> onFailure.accept(defect);
        }
    }

    private void askGroup(GroupStarts group, Collection<PartitionFetcher> partitions, long nowNanos) {
        var asked = new TreeMap<TopicPartition, PartitionFetcher>();
        var generations = new HashMap<PartitionFetcher, Long>();
        for (var partition : partitions) {
            if (partition.askGroupDue(nowNanos)) {
                partition.onAskingGroup();
                asked.put(partition.partition(), partition);
                generations.put(partition, partition.generation());
            }
        }
        if (!asked.isEmpty()) {
            var asker = group.asker().get();
            threads.execute(() -> askGroup(group, asker, asked, generations));
        }
    }

    private void askGroup(
            GroupStarts group,
            Asker asker,
            Map<TopicPartition, PartitionFetcher> asked,
            Map<PartitionFetcher, Long> generations) {
        events.accept(answer(
                () -> {
                    var fetched = group.committed(asker, asked.keySet());
                    return () -> asked.forEach((name, partition) ->
                            onFetched(group, asker, partition, generations.get(partition), fetched));
                },
                failure -> generations.forEach((partition, generation) -> partition.onGroupFailed(
                        generation, failure, GroupStarts.isFinal(failure), System.nanoTime()))));
    }

    private static void onFetched(
            GroupStarts group, Asker asker, PartitionFetcher partition, long generation, Fetched fetched) {
        var failure = fetched.failures().get(partition.partition());
        if (failure != null) {
            partition.onGroupFailed(generation, failure, GroupStarts.isFinal(failure), System.nanoTime());
            return;
        }
        var committed = Optional.ofNullable(fetched.found().get(partition.partition()));
        if (committed.isPresent()) {
            partition.onCommitted(generation, committed.get());
            return;
        }
        group.withoutCommit(partition, System.currentTimeMillis())
                .ifPresentOrElse(
                        place -> partition.onNothingCommitted(generation, place),
                        () -> partition.onGroupFailed(
                                generation,
                                GroupStarts.nothingCommitted(asker, partition.partition()),
                                true,
                                System.nanoTime()));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
