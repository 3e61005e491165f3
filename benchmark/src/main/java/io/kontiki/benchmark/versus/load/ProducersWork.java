package io.kontiki.benchmark.versus.load;

import java.io.IOException;

/** Many producers send records at once, after a warm-up into another topic, and they are read back. */
final class ProducersWork implements Work {
    private static final int PRODUCERS_MAX = 1000;

    @Override
    public void run(SystemClient client, Parameters parameters, Dialogue dialogue) throws IOException {
        RecordContents contents = new RecordContents(ProduceWork.recordBytes(parameters));
        int records = Math.toIntExact(ProduceWork.records(parameters, "mb"));
        int warmRecords = Math.toIntExact(ProduceWork.records(parameters, "warm-mb"));
        int rate = parameters.number("rate", SinkFleet.UNPACED, 10_000_000);
        SinkSettings settings = SinkSettings.from(parameters).withBufferFrom(parameters);
        Topic topic = Topic.from("load", parameters);
        Topic warm = Topic.from("warm-up", parameters);
        new Patience(client).create(warm);
        new Patience(client).create(topic);
        try (SinkFleet fleet = new SinkFleet(client, settings, parameters.number("producers", 1, PRODUCERS_MAX))) {
            fleet.send(warm, contents, warmRecords, rate);
            dialogue.step("ready");
            long start = System.nanoTime();
            long[] nanos = fleet.send(topic, contents, records, rate);
            long end = System.nanoTime();
            Percentiles acknowledged = new Percentiles(nanos);
            dialogue.step(
                    "done",
                    Parameters.of(
                            "nanos=" + (end - start),
                            "records=" + records,
                            "p50=" + acknowledged.millis(0.5),
                            "p99=" + acknowledged.millis(0.99)));
        }
        ReadBack.requireExactly(client, topic, contents, records);
        dialogue.step("verified");
    }
}
