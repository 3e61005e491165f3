package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Time from when a record is due to be sent until it is read, at a steady rate. */
final class Latency extends PeerScenario {
    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String meaning() {
        return "ms from sending to reading at a steady rate of records";
    }

    @Override
    public Parameters defaults() {
        return Parameters.of(
                "rate=1000",
                "size=100",
                "rf=3",
                "acks=all",
                "codec=none",
                "partitions=12",
                "batch=65536",
                "linger=0",
                "flush=os",
                "seconds=20",
                "warm-seconds=10",
                "heap=512",
                "heap-start=512");
    }

    @Override
    String work() {
        return "latency";
    }

    @Override
    List<Figure> measure(Trial trial, BrokerSet brokers, LoadProcess load) throws IOException {
        load.await("ready");
        trial.progress("measuring");
        Window window = Window.until("done", brokers, load);
        List<Figure> figures = new ArrayList<>();
        for (String percentile : List.of("p50", "p99", "p99.9", "max")) {
            figures.add(Figure.less(percentile + ", ms", window.fact(percentile)));
        }
        figures.addAll(window.costs());
        return figures;
    }
}
