package io.kontiki.benchmark.versus.load;

import java.io.IOException;

/** Writes so many MB, reads them once with all checks, and then against the clock; from the page cache, if nobody drops it. */
final class ConsumeWork implements Work {
    private final boolean restarted;

    /** @param restarted whether the brokers are restarted at the step {@code written}, before the clock starts */
    ConsumeWork(boolean restarted) {
        this.restarted = restarted;
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
        if (restarted) {
            dialogue.step("written");
            new Patience(client).awaitBrokers(parameters.number("brokers", 1, 100));
            new Patience(client).awaitWhole(topic);
        }
        dialogue.step("ready");
        NumberSum sum = new NumberSum();
        long start = System.nanoTime();
        try (RecordSource source = client.source(topic)) {
            ReadBack.readUntil(source, sum::onRecord, sum::records, records);
        }
        dialogue.step(
                "done",
                Parameters.of(
                        "nanos=" + (System.nanoTime() - start),
                        "bytes=" + records * ProduceWork.recordBytes(parameters)));
        sum.requireFirst(records);
        dialogue.step("verified");
    }
}
