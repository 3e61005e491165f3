package io.kontiki.controller;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.FenceBroker;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.ShutDownBroker;
import io.kontiki.proto.internal.v1.UnfenceBroker;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** When a broker is let in, fenced, and let go (rules M2 to M4, Q7). */
final class BrokerLifecycle {
    private final long sessionMillis;
    private final long shutdownWaitNanos;
    private final Sessions sessions;

    BrokerLifecycle(ControllerConfig config, MetadataImage image, Now now) {
        this.sessionMillis = config.sessionMillis();
        this.shutdownWaitNanos = TimeUnit.MILLISECONDS.toNanos(config.shutdownWaitMillis());
        this.sessions = new Sessions(TimeUnit.MILLISECONDS.toNanos(sessionMillis), image, now);
    }

    /**
     * What a heartbeat leads to.
     *
     * @param mayShutDown whether the broker may stop now
     * @param command without a stamp
     */
    record Step(boolean mayShutDown, Optional<Command.Builder> command) {
        static final Step NONE = new Step(false, Optional.empty());
        static final Step MAY_SHUT_DOWN = new Step(true, Optional.empty());
    }

    /** @param broker the run that sent it */
    Step onHeartbeat(BrokerRegistration broker, HeartbeatRequest request, MetadataImage image, Now now) {
        var session = sessions.of(broker, now);
        session.onHeartbeat(request.getAppliedIndex(), now.monotonicNanos());
        if (broker.fenced()) {
            session.onFenced();
        }
        return request.getWantShutdown()
                ? onStopping(broker, session, image, now)
                : onServing(broker, session, request, image, now);
    }

    private static Step onServing(
            BrokerRegistration broker, BrokerSession session, HeartbeatRequest request, MetadataImage image, Now now) {
        boolean unfence = broker.fenced()
                && request.getReady()
                && request.getAppliedIndex() >= broker.epoch()
                && session.take(BrokerSession.Step.UNFENCE, now.monotonicNanos());
        return unfence ? new Step(false, Optional.of(unfence(broker, image))) : Step.NONE;
    }

    /**
     * Rule M4: first out of every ISR, and so of every leadership; then, when all who take over have heard of it, the leave
     * to stop. Whoever does not hear of it is silent, or fenced for it soon.
     */
    private Step onStopping(BrokerRegistration broker, BrokerSession session, MetadataImage image, Now now) {
        long waited = session.stoppingForNanos(now.monotonicNanos());
        if (broker.fenced()) {
            return Step.MAY_SHUT_DOWN;
        }
        if (broker.shuttingDown()) {
            long index = session.shutDownIndex(image.position().index());
            return sessions.allUsableApplied(index, image) ? Step.MAY_SHUT_DOWN : Step.NONE;
        }
        boolean wait = waited < shutdownWaitNanos && ControlledShutdown.isLastHope(broker.id(), image);
        boolean shutDown = !wait && session.take(BrokerSession.Step.SHUT_DOWN, now.monotonicNanos());
        return shutDown ? new Step(false, Optional.of(shutDown(broker))) : Step.NONE;
    }

    /** For how long after a heartbeat that came now the broker is surely not fenced for silence (rule L16). */
    long sessionMillis(BrokerRegistration broker, OptionalLong confirmedNanos, Now now) {
        boolean renews = sessions.mayRenew(confirmedNanos, now)
                && !sessions.of(broker, now).isFenceDecided();
        return renews ? sessionMillis : 0;
    }

    /** Fences whose session ran out. */
    List<Command.Builder> onTick(MetadataImage image, Now now) {
        return sessions.expired(image, now).stream()
                .map(broker -> fence(broker, image))
                .toList();
    }

    void onStreamBroken(int brokerId, long brokerEpoch) {
        sessions.probe(brokerId, brokerEpoch);
    }

    List<BrokerRegistration> toProbe(MetadataImage image) {
        return sessions.probed(image);
    }

    /** Fences that run, whose process is gone. */
    Optional<Command.Builder> onGone(int brokerId, long brokerEpoch, MetadataImage image, Now now) {
        return image.broker(brokerId)
                .filter(broker -> broker.epoch() == brokerEpoch && !broker.fenced())
                .filter(broker -> decideFence(broker, now))
                .map(broker -> fence(broker, image));
    }

    private boolean decideFence(BrokerRegistration broker, Now now) {
        var session = sessions.of(broker, now);
        session.decideFence();
        return session.take(BrokerSession.Step.FENCE, now.monotonicNanos());
    }

    private static Command.Builder fence(BrokerRegistration broker, MetadataImage image) {
        return Command.newBuilder()
                .setFenceBroker(FenceBroker.newBuilder()
                        .setBrokerId(broker.id())
                        .setBrokerEpoch(broker.epoch())
                        .setAssumedIndex(image.position().index()));
    }

    private static Command.Builder unfence(BrokerRegistration broker, MetadataImage image) {
        return Command.newBuilder()
                .setUnfenceBroker(UnfenceBroker.newBuilder()
                        .setBrokerId(broker.id())
                        .setBrokerEpoch(broker.epoch())
                        .setAssumedIndex(image.position().index()));
    }

    private static Command.Builder shutDown(BrokerRegistration broker) {
        return Command.newBuilder()
                .setShutDownBroker(
                        ShutDownBroker.newBuilder().setBrokerId(broker.id()).setBrokerEpoch(broker.epoch()));
    }
}
