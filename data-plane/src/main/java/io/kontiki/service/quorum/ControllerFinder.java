package io.kontiki.service.quorum;

import io.kontiki.metadata.Endpoint;
import io.kontiki.proto.v1.LeaderHint;
import io.kontiki.quorum.ControllerHost;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the controller is. A voter knows the leader of the log, and from the image its endpoint; another broker goes by
 * the hints of those it asks, and by its list of servers when a hint fails. Thread-safe.
 */
final class ControllerFinder {
    /**
     * A place to ask.
     *
     * @param local the controller of this process, or empty to ask {@code endpoint}
     * @param voterId the voter that is asked, if known
     */
    record Target(Optional<ControllerHost> local, Optional<Endpoint> endpoint, OptionalInt voterId) {
        static Target local(ControllerHost host) {
            return new Target(Optional.of(host), Optional.empty(), OptionalInt.empty());
        }

        static Target remote(Endpoint endpoint, OptionalInt voterId) {
            return new Target(Optional.empty(), Optional.of(endpoint), voterId);
        }

        @Override
        public String toString() {
            return endpoint.map(Endpoint::toString).orElse("this broker");
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(ControllerFinder.class);
    private static final long WARN_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final int brokerId;
    private final ControllerHost host;
    private final QuorumView view;
    private final AtomicLong warnNanos = new AtomicLong(System.nanoTime());
    // Guarded by this.
    private Optional<LeaderHint> hint = Optional.empty();
    private int next;

    /** @param view tells whether this broker votes, and whom to ask if not */
    ControllerFinder(int brokerId, ControllerHost host, QuorumView view) {
        this.brokerId = brokerId;
        this.host = host;
        this.view = view;
    }

    /** Empty if nobody is known to ask now. */
    Optional<Target> find() {
        return view.votes() ? ofVoter() : ofOther();
    }

    private Optional<Target> ofVoter() {
        if (host.isController()) {
            return Optional.of(Target.local(host));
        }
        return host.controllerHint()
                // Leads the log and is not ready yet, or just lost it: nobody to ask for a moment.
                .filter(leader -> leader.getLeaderId() != brokerId)
                .map(ControllerFinder::remote);
    }

    private synchronized Optional<Target> ofOther() {
        var servers = view.servers();
        return hint.map(ControllerFinder::remote)
                .or(() -> servers.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                Target.remote(servers.get(Math.floorMod(next, servers.size())), OptionalInt.empty())));
    }

    private static Target remote(LeaderHint leader) {
        return Target.remote(new Endpoint(leader.getHost(), leader.getPort()), OptionalInt.of(leader.getLeaderId()));
    }

    /** The target is of another quorum, or cluster: neither of the two knows who is right, and there are others to ask. */
    void stranger(Target target, String why) {
        failed(target, Optional.empty());
        long now = System.nanoTime();
        long due = warnNanos.get();
        if (now - due >= 0 && warnNanos.compareAndSet(due, now + WARN_EVERY_NANOS)) {
            LOG.warn("{} is not of this broker's metadata quorum; asking others: {}", target, why);
        }
    }

    /** The target is not the controller, or cannot be reached; perhaps it told who is. */
    synchronized void failed(Target target, Optional<LeaderHint> told) {
        var usable = told.filter(leader -> !leader.getHost().isEmpty() && leader.getPort() > 0);
        if (usable.isPresent() && !remote(usable.get()).endpoint().equals(target.endpoint())) {
            hint = usable;
        } else {
            hint = Optional.empty();
            next++;
        }
    }
}
