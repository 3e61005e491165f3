package io.kontiki.benchmark.versus.load;

import java.io.IOException;

/** Writes so many MB, reads them once with all checks, and then against the clock, from the page cache. */
final class ConsumeWork implements Work {
    /** What a timed reader does with each record: next to nothing, but it does look at it. */
    private static final class Sum {
        private long records;
        private long numbers;

        void onRecord(byte[] record) {
            records++;
            numbers += RecordContents.number(record);
        }
    }

    @Override
    public void run(SystemClient client, Parameters parameters, Dialogue dialogue) throws IOException {
        RecordContents contents = new RecordContents(ProduceWork.recordBytes(parameters));
        long records = ProduceWork.records(parameters, "mb");
        Topic topic = Topic.from("load", parameters);
        new Patience(client).create(topic);
        dialogue.progress("writing");
        try (RecordSink sink = client.sink(SinkSettings.from(parameters))) {
            ProduceWork.send(sink, topic, contents, records);
        }
        dialogue.progress("reading for a warm-up, with all checks");
        ReadBack.requireExactly(client, topic, contents, records);
        dialogue.step("ready");
        Sum sum = new Sum();
        long start = System.nanoTime();
        try (RecordSource source = client.source(topic)) {
            ReadBack.readUntil(source, sum::onRecord, () -> sum.records, records);
        }
        dialogue.step(
                "done",
                Parameters.of(
                        "nanos=" + (System.nanoTime() - start),
                        "bytes=" + records * ProduceWork.recordBytes(parameters)));
        if (sum.numbers != records * (records - 1) / 2) {
            throw new IllegalStateException("the timed reader saw other records than were written");
        }
        dialogue.step("verified");
    }
}
