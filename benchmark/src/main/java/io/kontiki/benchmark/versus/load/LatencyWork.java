package io.kontiki.benchmark.versus.load;

import java.io.IOException;
import java.util.Arrays;

/**
 * Sends at a steady rate and reads in another thread: the time from when a record was due to be sent until it was read. So a
 * record that had to wait for those before it counts with its waiting.
 */
final class LatencyWork implements Work {
    @Override
    public void run(SystemClient client, Parameters parameters, Dialogue dialogue) throws IOException {
        int rate = parameters.number("rate", 1, 10_000_000);
        int warm = rate * parameters.number("warm-seconds", 0, 600);
        int records = warm + rate * parameters.number("seconds", 1, 600);
        RecordContents contents = new RecordContents(ProduceWork.recordBytes(parameters));
        Topic topic = Topic.from("load", parameters);
        new Patience(client).create(topic);
        long[] latencies = new long[records];
        Outcomes outcomes = new Outcomes();
        ReaderThread reader = new ReaderThread(client.source(topic), record -> note(record, latencies), records);
        try (RecordSink sink = client.sink(SinkSettings.from(parameters))) {
            dialogue.step("ready");
            long start = System.nanoTime();
            Pace pace = new Pace(rate);
            for (int number = 0; number < records; number++) {
                long due = pace.await(number);
                sink.send(topic.name(), contents.record(number, due), outcomes);
            }
            sink.flush();
            reader.await();
            dialogue.step("done", facts(latencies, warm).with("nanos", System.nanoTime() - start));
        }
        outcomes.requireAll(records);
        ReadBack.requireExactly(client, topic, contents, records);
        dialogue.step("verified");
    }

    private static void note(byte[] record, long[] latencies) {
        latencies[Math.toIntExact(RecordContents.number(record))] = System.nanoTime() - RecordContents.nanos(record);
    }

    private static Parameters facts(long[] latencies, int warm) {
        Percentiles measured = new Percentiles(Arrays.copyOfRange(latencies, warm, latencies.length));
        return Parameters.of(
                "p50=" + measured.millis(0.5),
                "p99=" + measured.millis(0.99),
                "p99.9=" + measured.millis(0.999),
                "max=" + measured.millis(1));
    }
}
