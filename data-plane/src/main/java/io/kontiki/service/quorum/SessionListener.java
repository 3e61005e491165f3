package io.kontiki.service.quorum;

import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.replication.Lease;

/** Told what the quorum thinks of this broker. Called on the session's thread, or the one that publishes metadata. */
public interface SessionListener {
    /** The broker may lead and be in sync from now on, by this broker's own image. */
    void onUnfenced();

    /** The broker was fenced; it goes on with its heartbeats and is unfenced when they are heard. */
    void onFenced();

    /** From now on the broker has this lease (rule L16). Behind the metadata that it speaks of: all publishers were told. */
    void onLease(Lease lease);

    /**
     * This run of the broker is over for the cluster: another took its place, or the cluster is another one. It must
     * stop serving at once and exit. Told once; the session sends nothing more.
     */
    void onRejected(ErrorReason reason, String message);
}
