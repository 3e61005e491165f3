package io.kontiki.benchmark.versus.load;

import java.io.IOException;

/** Sends so many MB as fast as they are taken, while a consumer with its own connections and thread reads them to the last. */
final class TogetherWork implements Work {
    @Override
    public void run(SystemClient client, Parameters parameters, Dialogue dialogue) throws IOException {
        RecordContents contents = new RecordContents(ProduceWork.recordBytes(parameters));
        long records = ProduceWork.records(parameters, "mb");
        Topic topic = Topic.from("load", parameters);
        Topic warm = Topic.from("warm-up", parameters);
        new Patience(client).create(warm);
        new Patience(client).create(topic);
        try (RecordSink sink = client.sink(SinkSettings.from(parameters))) {
            pass(client, sink, warm, contents, ProduceWork.records(parameters, "warm-mb"));
            dialogue.step("ready");
            long start = System.nanoTime();
            pass(client, sink, topic, contents, records);
            dialogue.step(
                    "done",
                    Parameters.of(
                            "nanos=" + (System.nanoTime() - start),
                            "bytes=" + records * ProduceWork.recordBytes(parameters)));
        }
        ReadBack.requireExactly(client, topic, contents, records);
        dialogue.step("verified");
    }

    /** Returns when each record is acknowledged and the consumer has it. */
    private static void pass(SystemClient client, RecordSink sink, Topic topic, RecordContents contents, long records) {
        NumberSum sum = new NumberSum();
        ReaderThread reader = new ReaderThread(client.source(topic), sum::onRecord, records);
        ProduceWork.send(sink, topic, contents, records);
        reader.await();
        sum.requireFirst(records);
    }
}
