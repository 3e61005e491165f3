package io.kontiki.chaos.fault;

import io.kontiki.chaos.cluster.ChaosCluster;
import io.kontiki.client.KontikiException;
import java.time.Duration;

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
