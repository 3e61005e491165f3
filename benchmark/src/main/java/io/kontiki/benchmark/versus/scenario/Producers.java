package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.util.List;

/** Many producers of small records, each with connections of its own. */
final class Producers extends PeerScenario {
    @Override
    public String name() {
        return "producers";
    }

    @Override
    public String meaning() {
        return "records/s of many producers at once, and ms until a record is acknowledged";
    }

    @Override
    public Parameters defaults() {
        return Throughput.produce()
                .defaults()
                .with("size", 100)
                .with("batch", 16 << 10)
                .with("mb", 200)
                .with("warm-mb", 50)
                .with("producers", 100)
                .with("buffer", 1 << 20)
                .with("rate", 0);
    }

    @Override
    String work() {
        return "producers";
    }

    @Override
    List<Figure> measure(Trial trial, BrokerSet brokers, LoadProcess load) throws IOException {
        load.await("ready");
        trial.progress("measuring");
        Window window = Window.until("done", brokers, load);
        return List.of(
                Figure.more("records/s", window.fact("records") / window.seconds()),
                Figure.more("records per CPU second", window.fact("records") / window.cpuSeconds()),
                Figure.less("peak memory, GB", window.peakGigabytes()),
                Figure.less("acknowledged p50, ms", window.fact("p50")),
                Figure.less("acknowledged p99, ms", window.fact("p99")));
    }
}
