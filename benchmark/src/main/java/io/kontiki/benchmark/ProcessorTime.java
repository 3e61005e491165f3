package io.kontiki.benchmark;

import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.LocalCluster;
import java.time.Duration;
import java.util.Locale;

/**
 * Processor time that the brokers and this process have used since it was made. Unlike rates it hardly depends on what else
 * the machine does.
 */
public final class ProcessorTime {
    private static final double MICROS_PER_NANO = 1e-3;

    private final LocalCluster cluster;
    private final long brokersNanos;
    private final long ownNanos;

    public ProcessorTime(LocalCluster cluster) {
        this.cluster = cluster;
        this.brokersNanos = brokersNanos();
        this.ownNanos = nanos(ProcessHandle.current());
    }

    private long brokersNanos() {
        return cluster.brokers().stream()
                .mapToLong(BrokerProcess::pid)
                .map(pid -> nanos(ProcessHandle.of(pid).orElseThrow()))
                .sum();
    }

    private static long nanos(ProcessHandle process) {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElseThrow();
    }

    /** So much for each of so many things that were done since then. */
    public String perOne(long count) {
        return String.format(
                Locale.ROOT,
                "%.0f µs in the brokers, %.0f µs in this process",
                (brokersNanos() - brokersNanos) * MICROS_PER_NANO / count,
                (nanos(ProcessHandle.current()) - ownNanos) * MICROS_PER_NANO / count);
    }
}
