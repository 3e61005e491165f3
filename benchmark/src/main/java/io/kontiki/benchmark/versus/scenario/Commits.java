package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.util.List;

/** How many commits of groups three brokers take. */
final class Commits extends PeerScenario {
    @Override
    public String name() {
        return "commits";
    }

    @Override
    public String meaning() {
        return "commits of offsets per second by many groups at once, each of which waits for its own";
    }

    @Override
    public Parameters defaults() {
        return Parameters.of(
                "groups=60",
                "partitions=10",
                "rf=3",
                "flush=os",
                "seconds=10",
                "warm-seconds=5",
                "heap=512",
                "heap-start=512");
    }

    @Override
    String work() {
        return "commits";
    }

    @Override
    List<Figure> measure(Trial trial, BrokerSet brokers, LoadProcess load) throws IOException {
        load.await("ready");
        trial.progress("measuring");
        Window window = Window.until("done", brokers, load);
        return List.of(
                Figure.more("commits/s", window.fact("commits") / window.seconds()),
                Figure.more("commits per CPU second", window.fact("commits") / window.cpuSeconds()),
                Figure.less("commit p99, ms", window.fact("p99")),
                Figure.less("peak memory, GB", window.peakGigabytes()));
    }
}
