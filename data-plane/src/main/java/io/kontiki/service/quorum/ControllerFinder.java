package io.kontiki.service.quorum;

import io.kontiki.metadata.Endpoint;
import io.kontiki.proto.v1.LeaderHint;
import io.kontiki.quorum.ControllerHost;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

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

    private final int brokerId;
    private final Optional<ControllerHost> host;
    private final List<Endpoint> servers;
    // Guarded by this.
    private Optional<LeaderHint> hint = Optional.empty();
    private int next;

    /**
     * @param host of this process, if it is a voter
     * @param servers voters to ask, if it is not
     */
    ControllerFinder(int brokerId, Optional<ControllerHost> host, List<Endpoint> servers) {
        this.brokerId = brokerId;
        this.host = host;
        this.servers = List.copyOf(servers);
        if (host.isEmpty() && servers.isEmpty()) {
            throw new IllegalArgumentException("a broker outside the quorum needs metadata.bootstrap.servers");
        }
    }

    /** Empty if nobody is known to ask now. */
    Optional<Target> find() {
        return host.isPresent() ? ofVoter(host.get()) : Optional.of(ofOther());
    }

    private Optional<Target> ofVoter(ControllerHost local) {
        if (local.isController()) {
            return Optional.of(Target.local(local));
        }
        return local.controllerHint()
                // Leads the log and is not ready yet, or just lost it: nobody to ask for a moment.
                .filter(leader -> leader.getLeaderId() != brokerId)
                .map(ControllerFinder::remote);
    }

    private synchronized Target ofOther() {
        return hint.map(ControllerFinder::remote)
                .orElseGet(() -> Target.remote(servers.get(next % servers.size()), OptionalInt.empty()));
    }

    private static Target remote(LeaderHint leader) {
        return Target.remote(new Endpoint(leader.getHost(), leader.getPort()), OptionalInt.of(leader.getLeaderId()));
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
