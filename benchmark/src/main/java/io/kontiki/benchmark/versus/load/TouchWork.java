package io.kontiki.benchmark.versus.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes very many partitions, until each has acknowledged a record; and if they are to be restarted, waits until each has
 * acknowledged another one.
 */
final class TouchWork implements Work {
    private static final int PARTITIONS_OF_TOPIC = 1000;
    private static final int RECORD_BYTES = 100;

    @Override
    public void run(SystemClient client, Parameters parameters, Dialogue dialogue) throws IOException {
        RecordContents contents = new RecordContents(RECORD_BYTES);
        List<Topic> topics = topics(parameters);
        boolean restart = parameters.oneOf("restart", "yes", "no").equals("yes");
        dialogue.step("ready");
        long start = System.nanoTime();
        topics.forEach(client::createTopic);
        dialogue.progress("topics made, waiting for a record in each partition");
        long end = touch(client, topics, contents, 0);
        dialogue.step("created", Parameters.of("nanos=" + (end - start)));
        if (restart) {
            dialogue.step("restarted", Parameters.of("at=" + touch(client, topics, contents, 1)));
        }
        for (Topic topic : topics) {
            ReadBack.requireExactly(client, topic, contents, (restart ? 2L : 1L) * topic.partitions());
        }
        dialogue.step("verified");
    }

    private static List<Topic> topics(Parameters parameters) {
        List<Topic> topics = new ArrayList<>();
        int replicas = parameters.number("rf", 1, 5);
        int left = parameters.number("partitions", 1, 100_000);
        for (; left > 0; left -= PARTITIONS_OF_TOPIC) {
            int partitions = Math.min(left, PARTITIONS_OF_TOPIC);
            topics.add(new Topic("many-" + topics.size(), partitions, replicas, false));
        }
        return topics;
    }

    /** Sends one record to each partition; returns the time at which the last was acknowledged. */
    private static long touch(SystemClient client, List<Topic> topics, RecordContents contents, int round) {
        Outcomes outcomes = new Outcomes();
        long sent = 0;
        long end;
        try (RecordSink sink = client.sink(SinkSettings.SINGLE_RECORDS)) {
            for (Topic topic : topics) {
                for (int partition = 0; partition < topic.partitions(); partition++) {
                    long number = (long) round * topic.partitions() + partition;
                    sink.send(topic.name(), partition, contents.record(number, 0), outcomes);
                    sent++;
                }
            }
            sink.flush();
            end = System.nanoTime();
        }
        outcomes.requireAll(sent);
        return end;
    }
}
