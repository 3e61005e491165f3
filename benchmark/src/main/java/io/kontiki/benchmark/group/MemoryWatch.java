package io.kontiki.benchmark.group;

import io.kontiki.benchmark.ResidentMemory;
import io.kontiki.localcluster.BrokerProcess;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** The most memory that each broker has occupied since the watch began, asked again and again by a thread of its own. */
final class MemoryWatch implements AutoCloseable {
    private static final long INTERVAL_NANOS = 500_000_000;
    /** Asking for the buffers starts a JVM each time, which should not be most of what the machine does. */
    private static final int ROUNDS_PER_BUFFERS = 20;

    private final List<BrokerProcess> brokers;
    private final Map<Integer, Double> resident = new TreeMap<>();
    private final Map<Integer, Double> buffers = new TreeMap<>();
    private final Thread thread = new Thread(this::run, "memory-watch");
    private volatile boolean stopped;
    private volatile IOException failure;

    MemoryWatch(List<BrokerProcess> brokers) {
        this.brokers = brokers;
        thread.start();
    }

    private void run() {
        try {
            for (int round = 0; !stopped; round++) {
                for (BrokerProcess broker : brokers) {
                    resident.merge(broker.id(), ResidentMemory.mebibytes(broker.pid()), Math::max);
                    if (round % ROUNDS_PER_BUFFERS == 0) {
                        buffers.merge(broker.id(), BrokerMemory.buffers(broker.pid()), Math::max);
                    }
                }
                LockSupport.parkNanos(INTERVAL_NANOS);
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    /** Ends the watch. */
    @Override
    public void close() throws IOException {
        stopped = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** In MiB; once it is closed. */
    double residentPeak(int broker) {
        return resident.get(broker);
    }

    /** In MiB; once it is closed. */
    double buffersPeak(int broker) {
        return buffers.get(broker);
    }
}
