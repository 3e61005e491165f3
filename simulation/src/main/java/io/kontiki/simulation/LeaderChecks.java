package io.kontiki.simulation;

import java.util.HashMap;
import java.util.Map;

/** I9: at most one leader per leader epoch, ever; and a run takes one epoch once. */
final class LeaderChecks {
    private final Map<Integer, SimBroker> leaderOfEpoch = new HashMap<>();

    void onLeader(SimBroker broker, int leaderEpoch) {
        SimBroker earlier = leaderOfEpoch.put(leaderEpoch, broker);
        SimulationFailure.check(
                earlier == null,
                () -> "I9: broker " + broker.id() + " leads in epoch " + leaderEpoch + ", as did " + earlier);
    }
}
