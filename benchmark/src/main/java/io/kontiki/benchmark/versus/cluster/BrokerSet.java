package io.kontiki.benchmark.versus.cluster;

import java.io.IOException;
import java.util.List;

/** The brokers of one cluster, numbered from 1, on the loopback address. Belongs to one thread. */
public interface BrokerSet extends AutoCloseable {
    /** Starts those that do not run and returns at once. */
    void start() throws IOException;

    /** Asks all to stop and waits until they are gone; fails if they do not listen. */
    void stop() throws IOException;

    /** SIGKILL. Returns when it is gone. */
    void kill(int id);

    int count();

    /** Where clients connect. */
    String bootstrap();

    /** Of those that run. */
    List<Long> pids();

    /** The ends of what the brokers printed, for messages. */
    String logTails() throws IOException;

    /** Kills what runs. */
    @Override
    void close();
}
