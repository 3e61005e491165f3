package io.kontiki.group;

import io.kontiki.proto.v1.JoinGroup;

/**
 * Which of a member's streams it is, as far as the process that opened it tells.
 *
 * @param process drawn at random; 0 if it does not tell
 * @param number higher for a later one of that process
 */
record JoinAttempt(long process, long number) {
    static JoinAttempt of(JoinGroup join) {
        return new JoinAttempt(join.getProcess(), join.getAttempt());
    }

    /** Whether the process has opened the other one since. Nothing is known of two processes. */
    boolean isBefore(JoinAttempt other) {
        return process != 0 && process == other.process && number < other.number;
    }
}
