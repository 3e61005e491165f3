package io.kontiki.client;

import java.util.UUID;

/**
 * Who leads a partition.
 *
 * @param topicId which topic of that name; the epochs of another one start over
 * @param epoch number of the leadership
 * @param address where the leader listens
 */
record Leader(UUID topicId, int epoch, HostPort address) {

    /** Whether this is a later leadership than the other, or one of another topic of the same name. */
    boolean supersedes(Leader other) {
        return !topicId.equals(other.topicId) || epoch > other.epoch;
    }
}
