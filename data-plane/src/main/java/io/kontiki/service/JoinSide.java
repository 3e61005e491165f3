package io.kontiki.service;

import io.kontiki.proto.v1.JoinRequest;

/**
 * The broker's end of a member's stream, behind its first message: the coordinator here, or the relay to it. Each is called
 * by the stream's events, one at a time, and asks the stream for the next message once it has taken one.
 */
interface JoinSide {
    /** Another message of the member. */
    void onRequest(JoinRequest request);

    /** The member takes messages again. */
    void onMemberReady();

    /** The member sends no more, and waits for the end. */
    void onHalfClosed();

    /** The stream is gone; nothing can be sent on it. */
    void onCancelled();
}
