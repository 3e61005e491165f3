package io.kontiki.benchmark.group;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What came of {@link SlowConsumerBenchmark}. Belongs to one thread. */
public final class SlowConsumerReport {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double BYTES_PER_MEBIBYTE = 1 << 20;

    private final int gibibytes;
    private String options = "";
    private double arrivedSeconds;
    private double stoppedSeconds;
    private final List<Memory> memory = new ArrayList<>();
    private final List<CaughtUp> caughtUp = new ArrayList<>();

    private record Memory(
            int broker,
            BrokerMemory before,
            BrokerMemory during,
            BrokerMemory after,
            double residentPeak,
            double buffersPeak) {}

    private record CaughtUp(String reader, long records, double seconds, double mebibytesPerSecond) {}

    SlowConsumerReport(int gibibytes) {
        this.gibibytes = gibibytes;
    }

    void options(String jvmOptions) {
        options = jvmOptions;
    }

    /** All was acknowledged after so long. */
    void arrived(long nanos) {
        arrivedSeconds = nanos / NANOS_PER_SECOND;
    }

    /** The consumers stood still for so long. */
    void stopped(long nanos) {
        stoppedSeconds = nanos / NANOS_PER_SECOND;
    }

    void memory(int broker, BrokerMemory before, BrokerMemory during, BrokerMemory after, MemoryWatch watch) {
        memory.add(new Memory(
                broker,
                before,
                during,
                after,
                watch.residentPeak(broker),
                Math.max(watch.buffersPeak(broker), during.buffers())));
    }

    void caughtUp(String reader, long records, long bytes, long nanos) {
        double seconds = nanos / NANOS_PER_SECOND;
        caughtUp.add(new CaughtUp(reader, records, seconds, bytes / BYTES_PER_MEBIBYTE / seconds));
    }

    /** Tables on standard output. */
    public void print() {
        System.out.printf(
                Locale.ROOT,
                "%n%d GiB arrived in %.0f s; the consumers stood still for %.0f s; brokers with %s%n%n",
                gibibytes,
                arrivedSeconds,
                stoppedSeconds,
                options);
        System.out.printf("%-8s %26s %26s %26s%n", "", "resident MiB", "heap after GC MiB", "buffers MiB");
        System.out.printf(
                "%-8s %8s %8s %8s %8s %8s %8s %8s %8s %8s%n",
                "broker", "before", "peak", "after", "before", "stopped", "after", "before", "peak", "after");
        memory.forEach(broker -> System.out.printf(
                Locale.ROOT,
                "%-8d %8.0f %8.0f %8.0f %8.0f %8.0f %8.0f %8.0f %8.0f %8.0f%n",
                broker.broker(),
                broker.before().resident(),
                broker.residentPeak(),
                broker.after().resident(),
                broker.before().heap(),
                broker.during().heap(),
                broker.after().heap(),
                broker.before().buffers(),
                broker.buffersPeak(),
                broker.after().buffers()));
        System.out.printf("%n%-34s %10s %10s %10s%n", "caught up, each record once", "records", "seconds", "MiB/s");
        caughtUp.forEach(reader -> System.out.printf(
                Locale.ROOT,
                "%-34s %10d %10.1f %10.1f%n",
                reader.reader(),
                reader.records(),
                reader.seconds(),
                reader.mebibytesPerSecond()));
    }

    /** The same as one object. */
    public void writeJson(Path file) throws IOException {
        String brokers = memory.stream()
                .map(broker -> String.format(
                        Locale.ROOT,
                        "{\"broker\":%d,\"before\":%s,\"stopped\":%s,\"after\":%s,"
                                + "\"residentPeakMib\":%.1f,\"buffersPeakMib\":%.1f}",
                        broker.broker(),
                        json(broker.before()),
                        json(broker.during()),
                        json(broker.after()),
                        broker.residentPeak(),
                        broker.buffersPeak()))
                .collect(Collectors.joining(","));
        String readers = caughtUp.stream()
                .map(reader -> String.format(
                        Locale.ROOT,
                        "{\"reader\":\"%s\",\"records\":%d,\"seconds\":%.1f,\"mibPerSecond\":%.1f}",
                        reader.reader(),
                        reader.records(),
                        reader.seconds(),
                        reader.mebibytesPerSecond()))
                .collect(Collectors.joining(","));
        Files.writeString(
                file,
                String.format(
                        Locale.ROOT,
                        "{\"gib\":%d,\"arrivedSeconds\":%.1f,\"stoppedSeconds\":%.1f,\"jvmOptions\":\"%s\","
                                + "\"brokers\":[%s],\"caughtUp\":[%s]}%n",
                        gibibytes,
                        arrivedSeconds,
                        stoppedSeconds,
                        options,
                        brokers,
                        readers));
    }

    private static String json(BrokerMemory memory) {
        return String.format(
                Locale.ROOT,
                "{\"residentMib\":%.1f,\"heapMib\":%.1f,\"buffersMib\":%.1f}",
                memory.resident(),
                memory.heap(),
                memory.buffers());
    }
}
