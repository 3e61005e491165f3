package io.kontiki.controller;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.MetadataImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The brokers' sessions with one controller; one per registered broker, of its present run (rule Q7). */
final class Sessions {
    private final long sessionNanos;
    private final Map<Integer, BrokerSession> byBroker = new TreeMap<>();
    private long lastTickNanos;

    Sessions(long sessionNanos, MetadataImage image, Now now) {
        this.sessionNanos = sessionNanos;
        this.lastTickNanos = now.monotonicNanos();
        // Whoever died with, or just before, the last controller is found by a probe rather than by silence.
        image.brokers().values().forEach(broker -> of(broker, now).probe());
    }

    /** The session of that run; a run not seen before gets a full one. */
    BrokerSession of(BrokerRegistration broker, Now now) {
        var session = byBroker.get(broker.id());
        if (session == null || session.brokerEpoch() != broker.epoch()) {
            session = new BrokerSession(broker.epoch(), now.monotonicNanos());
            byBroker.put(broker.id(), session);
        }
        return session;
    }

    /** Brokers to fence: for silence, or because that was decided before and is not done yet. */
    List<BrokerRegistration> expired(MetadataImage image, Now now) {
        forgiveOwnPause(now);
        var expired = new ArrayList<BrokerRegistration>();
        for (var broker : image.brokers().values()) {
            var session = of(broker, now);
            if (broker.fenced()) {
                session.onFenced();
                continue;
            }
            if (session.isExpired(sessionNanos, now.monotonicNanos())) {
                session.decideFence();
            }
            if (session.isFenceDecided() && session.take(BrokerSession.Step.FENCE, now.monotonicNanos())) {
                expired.add(broker);
            }
        }
        return expired;
    }

    /**
     * Whether a heartbeat that comes now may renew a lease (rule L16). A later controller, which this one may not have heard
     * of, gives each broker a full session from its beginning on (rule Q7), and did not begin before this one was confirmed.
     * A lease is four fifths of a session, so it ends in time if that was less than the fifth ago.
     */
    boolean mayRenew(OptionalLong confirmedNanos, Now now) {
        return confirmedNanos.isPresent() && now.monotonicNanos() - confirmedNanos.getAsLong() <= sessionNanos / 5;
    }

    /** A controller that stood still itself has heartbeats waiting that it has not read: nobody was silent (rule E4). */
    private void forgiveOwnPause(Now now) {
        if (now.monotonicNanos() - lastTickNanos > sessionNanos / 2) {
            byBroker.values().forEach(session -> session.extend(now.monotonicNanos()));
        }
        lastTickNanos = now.monotonicNanos();
    }

    void probe(int brokerId, long brokerEpoch) {
        var session = byBroker.get(brokerId);
        if (session != null && session.brokerEpoch() == brokerEpoch) {
            session.probe();
        }
    }

    List<BrokerRegistration> probed(MetadataImage image) {
        return image.brokers().values().stream()
                .filter(broker -> !broker.fenced())
                .filter(broker -> {
                    var session = byBroker.get(broker.id());
                    return session != null && session.brokerEpoch() == broker.epoch() && session.isProbed();
                })
                .toList();
    }

    /** Whether each broker that can lead has an image of that index. */
    boolean allUsableApplied(long index, MetadataImage image) {
        return image.brokers().values().stream()
                .filter(BrokerRegistration::usable)
                .allMatch(broker -> {
                    var session = byBroker.get(broker.id());
                    return session != null
                            && session.brokerEpoch() == broker.epoch()
                            && session.appliedIndex() >= index;
                });
    }
}
