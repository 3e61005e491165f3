package io.kontiki.benchmark.versus.load;

import java.io.IOException;

/** Writes records, waits for brokers that start, and tells when they have acknowledged one more, in any and in each partition. */
final class FirstRecordWork implements Work {
    @Override
    public void run(SystemClient client, Parameters parameters, Dialogue dialogue) throws IOException {
        RecordContents contents = new RecordContents(ProduceWork.recordBytes(parameters));
        Topic topic = Topic.from("load", parameters);
        long written = ProduceWork.records(parameters, "mb");
        new Patience(client).create(topic);
        dialogue.progress("writing");
        try (RecordSink sink = client.sink(SinkSettings.from(parameters))) {
            ProduceWork.send(sink, topic, contents, written);
        }
        // Classes of the client are loaded by then.
        dialogue.step("ready");
        dialogue.step("done", sendToEach(client, topic, contents, written));
        ReadBack.requireExactly(client, topic, contents, written + topic.partitions());
        dialogue.step("verified");
    }

    /** Tells when the first and when the last of the partitions had acknowledged a record, as {@link System#nanoTime} has it. */
    private static Parameters sendToEach(SystemClient client, Topic topic, RecordContents contents, long from) {
        Outcomes outcomes = new Outcomes();
        Acknowledgements times = new Acknowledgements();
        try (RecordSink sink = client.sink(SinkSettings.AT_ONCE)) {
            for (int i = 0; i < topic.partitions(); i++) {
                int partition = i;
                sink.send(topic.name(), partition, contents.record(from + partition, 0), failure -> {
                    times.onOutcome(partition, failure);
                    outcomes.accept(failure);
                });
            }
            sink.flush();
        }
        outcomes.requireAll(topic.partitions());
        return Parameters.of("first=" + times.firstNanos(), "each=" + times.lastNanos());
    }
}
