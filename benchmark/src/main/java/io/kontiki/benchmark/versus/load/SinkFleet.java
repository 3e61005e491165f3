package io.kontiki.benchmark.versus.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Producers with connections and a thread each, that share out records among them. Belongs to one thread. */
final class SinkFleet implements AutoCloseable {
    /** A rate for those that go as fast as they can. */
    static final int UNPACED = 0;

    private final List<RecordSink> sinks = new ArrayList<>();
    private final ThreadTeam threads;

    SinkFleet(SystemClient client, SinkSettings settings, int count) {
        this.threads = new ThreadTeam(count);
        for (int i = 0; i < count; i++) {
            sinks.add(client.sink(settings));
        }
    }

    /**
     * Sends records 0 to {@code count} - 1 and waits until each is acknowledged.
     *
     * @param rate records in a second of all together, or {@link #UNPACED}
     * @return of each record the time until it was acknowledged, in ns; from when it was given to its producer, or, with a
     *     rate, from when it was due to be given
     */
    long[] send(Topic topic, RecordContents contents, int count, int rate) {
        long[] nanos = new long[count];
        Outcomes outcomes = new Outcomes();
        Pace pace = new Pace(Math.max(1, rate));
        List<Callable<Void>> parts = new ArrayList<>();
        for (int first = 0; first < sinks.size(); first++) {
            int from = first;
            parts.add(() -> {
                RecordSink sink = sinks.get(from);
                for (int number = from; number < count; number += sinks.size()) {
                    long start = rate == UNPACED ? System.nanoTime() : pace.await(number);
                    send(sink, topic, contents, number, start, nanos, outcomes);
                }
                sink.flush();
                return null;
            });
        }
        threads.run(parts);
        outcomes.requireAll(count);
        return nanos;
    }

    private static void send(
            RecordSink sink,
            Topic topic,
            RecordContents contents,
            int number,
            long start,
            long[] nanos,
            Outcomes outcomes) {
        sink.send(topic.name(), contents.record(number, 0), failure -> {
            nanos[number] = System.nanoTime() - start;
            outcomes.accept(failure);
        });
    }

    @Override
    public void close() {
        threads.close();
        sinks.forEach(RecordSink::close);
    }
}
