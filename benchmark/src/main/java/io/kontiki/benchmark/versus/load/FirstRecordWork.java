package io.kontiki.benchmark.versus.load;

import java.io.IOException;

/** Waits for brokers that start, and tells when they have acknowledged their first record. */
final class FirstRecordWork implements Work {
    private static final int RECORD_BYTES = 100;

    @Override
    public void run(SystemClient client, Parameters parameters, Dialogue dialogue) throws IOException {
        RecordContents contents = new RecordContents(RECORD_BYTES);
        Topic topic = new Topic("load", 1, parameters.number("rf", 1, 5), false);
        new Patience(client).create(topic);
        // Classes of the client are loaded by then.
        send(client, topic, contents, 0);
        dialogue.step("ready");
        dialogue.step("done", Parameters.of("at=" + send(client, topic, contents, 1)));
        ReadBack.requireExactly(client, topic, contents, 2);
        dialogue.step("verified");
    }

    /** Returns the time of the acknowledgement. */
    private static long send(SystemClient client, Topic topic, RecordContents contents, long number) {
        Outcomes outcomes = new Outcomes();
        long acknowledged;
        try (RecordSink sink = client.sink(SinkSettings.AT_ONCE)) {
            sink.send(topic.name(), contents.record(number, 0), outcomes);
            sink.flush();
            acknowledged = System.nanoTime();
        }
        outcomes.requireAll(1);
        return acknowledged;
    }
}
