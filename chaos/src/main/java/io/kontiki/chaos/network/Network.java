package io.kontiki.chaos.network;

import io.kontiki.localcluster.BrokerHost;
import java.util.Collection;
import java.util.List;

/** Joins brokers and clients, and can be broken. Belongs to one thread. */
public interface Network extends AutoCloseable {
    /** The node of whoever is no broker. */
    int CLIENTS = 0;

    /** Where the brokers run, in the order of their ids. */
    List<BrokerHost> hosts();

    /** Loses what is sent until {@link #mend}. A cut may be made several times; it then must be mended as often. */
    void cut(Collection<Cut> cuts);

    /** Takes cuts back. */
    void mend(Collection<Cut> cuts);

    /**
     * Lets no more through to and from a node.
     *
     * @param kilobits in a second, in each direction
     */
    void slowDown(int node, int kilobits);

    /** Ends {@link #slowDown}. */
    void speedUp(int node);

    /** Takes the network away, with whatever still runs in it. */
    @Override
    void close();
}
