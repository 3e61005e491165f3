package io.kontiki.benchmark.versus.load;

import java.io.IOException;

/** Sends so many MB as fast as they are taken, after a warm-up into another topic, and reads them back. */
final class ProduceWork implements Work {
    private static final long MEGABYTE = 1_000_000;

    @Override
    public void run(SystemClient client, Parameters parameters, Dialogue dialogue) throws IOException {
        RecordContents contents = new RecordContents(recordBytes(parameters));
        long records = records(parameters, "mb");
        Topic topic = Topic.from("load", parameters);
        Topic warm = Topic.from("warm-up", parameters);
        new Patience(client).create(warm);
        new Patience(client).create(topic);
        try (RecordSink sink = client.sink(SinkSettings.from(parameters))) {
            send(sink, warm, contents, records(parameters, "warm-mb"));
            dialogue.step("ready");
            long start = System.nanoTime();
            send(sink, topic, contents, records);
            dialogue.step(
                    "done",
                    Parameters.of(
                            "nanos=" + (System.nanoTime() - start), "bytes=" + records * recordBytes(parameters)));
        }
        ReadBack.requireExactly(client, topic, contents, records);
        dialogue.step("verified");
    }

    /** Sends records 0 to {@code records} - 1 and waits until each is acknowledged. */
    static void send(RecordSink sink, Topic topic, RecordContents contents, long records) {
        Outcomes outcomes = new Outcomes();
        for (long number = 0; number < records; number++) {
            sink.send(topic.name(), contents.record(number, 0), outcomes);
        }
        sink.flush();
        outcomes.requireAll(records);
    }

    static int recordBytes(Parameters parameters) {
        return parameters.number("size", RecordContents.HEADER_BYTES, 1_000_000);
    }

    /** How many records so many MB are; one at least. */
    static long records(Parameters parameters, String megabytes) {
        return Math.max(1, parameters.number(megabytes, 0, 1_000_000) * MEGABYTE / recordBytes(parameters));
    }
}
