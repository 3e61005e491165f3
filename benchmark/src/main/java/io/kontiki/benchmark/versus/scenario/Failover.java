package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.util.List;

/** The longest time between two acknowledgements of a partition whose leader gets SIGKILL. */
final class Failover extends PeerScenario {
    private static final double NANOS_PER_MILLI = 1e6;

    @Override
    public String name() {
        return "failover";
    }

    @Override
    public String meaning() {
        return "ms without acknowledgement when the leader of a partition gets SIGKILL";
    }

    @Override
    public Parameters defaults() {
        return Parameters.of("rate=1000", "seconds=40", "kill-after=10", "rf=3", "heap=512", "heap-start=512");
    }

    @Override
    String work() {
        return "steady";
    }

    @Override
    List<Figure> measure(Trial trial, BrokerSet brokers, LoadProcess load) throws IOException {
        int leader = load.await("ready").number("leader", 1, brokers.count());
        load.go();
        trial.progress("sending, broker " + leader + " leads");
        Pause.seconds(trial.parameters().number("kill-after", 1, 600));
        trial.progress("killing broker " + leader);
        brokers.kill(leader);
        Parameters facts = load.await("done");
        return List.of(
                Figure.less("gap, ms", Double.parseDouble(facts.text("gap-nanos")) / NANOS_PER_MILLI),
                Figure.less("records that failed", Double.parseDouble(facts.text("failed"))));
    }
}
