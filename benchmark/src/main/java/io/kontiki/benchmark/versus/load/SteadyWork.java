package io.kontiki.benchmark.versus.load;

import java.io.IOException;
import java.util.BitSet;

/** Sends to one partition at a steady rate, whatever happens to its leader, and tells the longest time without acknowledgement. */
final class SteadyWork implements Work {
    private static final int RECORD_BYTES = 100;

    @Override
    public void run(SystemClient client, Parameters parameters, Dialogue dialogue) throws IOException {
        int rate = parameters.number("rate", 1, 1_000_000);
        int records = rate * parameters.number("seconds", 1, 600);
        RecordContents contents = new RecordContents(RECORD_BYTES);
        Topic topic = new Topic("load", 1, parameters.number("rf", 1, 5), false);
        new Patience(client).create(topic);
        Acknowledgements acknowledgements = new Acknowledgements();
        try (RecordSink sink = client.sink(SinkSettings.AT_ONCE)) {
            sink.send(topic.name(), contents.record(0, 0), failure -> acknowledgements.onOutcome(0, failure));
            sink.flush();
            dialogue.step("ready", Parameters.of("leader=" + client.leader(topic.name(), 0)));
            Pace pace = new Pace(rate);
            for (int i = 1; i < records; i++) {
                int number = i;
                pace.await(number);
                sink.send(
                        topic.name(),
                        contents.record(number, 0),
                        failure -> acknowledgements.onOutcome(number, failure));
            }
            sink.flush();
        }
        BitSet acknowledged = acknowledgements.numbers();
        dialogue.step(
                "done",
                Parameters.of(
                        "gap-nanos=" + acknowledgements.longestGapNanos(),
                        "failed=" + (records - acknowledged.cardinality())));
        requireAll(acknowledged, ReadBack.of(client, topic, acknowledged.cardinality()));
        dialogue.step("verified");
    }

    private static void requireAll(BitSet acknowledged, ReadBack found) {
        acknowledged.andNot(found.numbers());
        if (!acknowledged.isEmpty() || found.repeated() > 0) {
            throw new IllegalStateException(
                    acknowledged.cardinality() + " acknowledged records are lost, " + found.repeated() + " came twice");
        }
    }
}
