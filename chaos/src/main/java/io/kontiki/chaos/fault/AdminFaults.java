package io.kontiki.chaos.fault;

import io.kontiki.chaos.cluster.ChaosCluster;
import io.kontiki.chaos.history.Operation;
import io.kontiki.client.KontikiException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What operators do to a cluster at any time, also at a bad one. A cluster that refuses it at a bad time does no wrong. */
final class AdminFaults {
    private AdminFaults() {}

    /** A replica moves away from the victim; a move that is not over by the end of the fault is cancelled. */
    static Struck reassign(ChaosCluster cluster, int victim, Duration time) {
        return new Struck(asked(() -> cluster.moveAway(victim)), () -> asked(cluster::cancelMoves));
    }

    static Struck elect(ChaosCluster cluster, int victim, Duration time) {
        return new Struck(asked(cluster::electPreferred), () -> {});
    }

    /** The same name each time, so that brokers that were away meet a new topic where they knew another one. */
    static Struck topic(ChaosCluster cluster, int victim, Duration time) {
        return new Struck(asked(cluster::createPassingTopic), () -> asked(cluster::deletePassingTopic));
    }

    /** Has leaders elected where no complete replica is left, and notes what that costs. */
    static Struck electUnclean(ChaosCluster cluster, int victim, Duration time) throws IOException {
        Map<Integer, Long> ends = cluster.electUncleanly();
        List<Operation.GivenUp> givenUp = givenUp(ends, cluster.layout().flush());
        return new Struck("partitions that end there now: " + ends, givenUp, () -> {});
    }

    /**
     * Where an acknowledgement means a flush, no fault of this harness takes what was acknowledged: an election that does has
     * lost it, whoever asked for it.
     *
     * @param ends where the partitions end that have a leader elected so
     */
    static List<Operation.GivenUp> givenUp(Map<Integer, Long> ends, String flush) {
        return flush.equals("ack")
                ? List.of()
                : ends.entrySet().stream()
                        .map(end -> new Operation.GivenUp(end.getKey(), end.getValue(), 0))
                        .toList();
    }

    private interface Request {
        String carryOut();
    }

    private static String asked(Request request) {
        try {
            return request.carryOut();
        } catch (KontikiException refused) {
            return "not done, " + refused.reason();
        }
    }
}
