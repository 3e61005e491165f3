package io.kontiki.quorum;

import io.kontiki.metadata.BrokerRegistration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Dials brokers that may have died, each at most once at a time, and tells of those that refuse. Called by the
 * controller's thread; findings arrive on the probe's.
 */
final class DeathWatch {
    private final BrokerProbe probe;
    private final Consumer<BrokerRegistration> dead;
    private final Set<Integer> dialing = ConcurrentHashMap.newKeySet();

    /** @param dead told of each refused dial, on a thread of the probe's */
    DeathWatch(BrokerProbe probe, Consumer<BrokerRegistration> dead) {
        this.probe = probe;
        this.dead = dead;
    }

    /** Dials those that are not being dialled. Returns at once. */
    void dial(List<BrokerRegistration> suspects) {
        for (var suspect : suspects) {
            if (dialing.add(suspect.id())) {
                probe.probe(suspect.endpoint()).whenComplete((finding, error) -> {
                    dialing.remove(suspect.id());
                    if (finding == BrokerProbe.Finding.REFUSED) {
                        dead.accept(suspect);
                    }
                });
            }
        }
    }
}
