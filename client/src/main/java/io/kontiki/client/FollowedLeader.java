package io.kontiki.client;

import java.util.Optional;

/** The leader of a partition, as metadata and refusals tell it one after another; never an earlier one. Pure. */
final class FollowedLeader {
    private Leader newest;
    private boolean leads;

    /** @return whether this is a later leadership than all before */
    boolean update(Optional<Leader> now) {
        if (now.isEmpty()) {
            leads = false;
            return false;
        }
        var next = now.get();
        boolean later = newest == null || next.supersedes(newest);
        if (later || next.epoch() == newest.epoch()) {
            // In the same leadership a restarted broker may have a new address.
            newest = next;
            leads = true;
        }
        return later;
    }

    /** Whether one was told ever. */
    boolean isKnown() {
        return newest != null;
    }

    /** Where it listens; empty while there is none. */
    Optional<HostPort> address() {
        return leads ? Optional.of(newest.address()) : Optional.empty();
    }

    /** Number of the newest leadership. Only if {@link #isKnown}. */
    int epoch() {
        return newest.epoch();
    }
}
