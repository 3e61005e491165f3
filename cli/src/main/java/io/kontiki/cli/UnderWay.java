package io.kontiki.cli;

import io.kontiki.client.Admin;
import io.kontiki.client.ReassignmentInfo;
import io.kontiki.client.TopicPartition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The moves that go on, as whoever plans another one has to know them.
 *
 * @param moves by partition
 */
record UnderWay(Map<TopicPartition, ReassignmentInfo> moves) {
    UnderWay {
        moves = new TreeMap<>(moves);
    }

    static UnderWay of(Admin admin) {
        return new UnderWay(admin.listReassignments());
    }

    /** Of these, or all if none is named. */
    UnderWay only(Collection<TopicPartition> named) {
        var some = new TreeMap<>(moves);
        if (!named.isEmpty()) {
            some.keySet().retainAll(named);
        }
        return new UnderWay(some);
    }

    boolean has(TopicPartition partition) {
        return moves.containsKey(partition);
    }

    /**
     * Where a partition was before it was moved.
     *
     * @param replicas where it is, if it is not being moved
     */
    List<Integer> earlier(TopicPartition partition, List<Integer> replicas) {
        return has(partition) ? without(moves.get(partition), ReassignmentInfo::adding) : replicas;
    }

    /** Where it is to be in the end; as {@link #earlier}. */
    List<Integer> target(TopicPartition partition, List<Integer> replicas) {
        return has(partition) ? without(moves.get(partition), ReassignmentInfo::removing) : replicas;
    }

    /** Where all of them are to be in the end. */
    Map<TopicPartition, List<Integer>> targets() {
        var targets = new TreeMap<TopicPartition, List<Integer>>();
        moves.forEach((partition, move) -> targets.put(partition, target(partition, move.replicas())));
        return targets;
    }

    /** The limit that a partition's move gets: the one asked for, else the one that it has. */
    OptionalLong limit(TopicPartition partition, Optional<Throttle> wanted) {
        return wanted.map(Throttle::bytesPerSecondMax)
                .orElseGet(() -> has(partition) ? moves.get(partition).bytesPerSecondMax() : OptionalLong.empty());
    }

    private static List<Integer> without(ReassignmentInfo move, Function<ReassignmentInfo, List<Integer>> some) {
        var left = some.apply(move);
        return move.replicas().stream().filter(id -> !left.contains(id)).toList();
    }
}
