package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** How long partitions that move from one member of a group to another are not read. */
final class Rebalance extends PeerScenario {
    private static final int BROKERS = 3;

    @Override
    public String name() {
        return "rebalance";
    }

    @Override
    public String meaning() {
        return "ms without reader of partitions that move when a member of a group joins or leaves";
    }

    @Override
    public Parameters defaults() {
        return Parameters.of(
                "members=10",
                "partitions=100",
                "rate=4000",
                "size=100",
                "rf=1",
                "flush=os",
                "settle=10",
                "heap=512",
                "heap-start=512");
    }

    @Override
    int brokers(Trial trial) {
        return BROKERS;
    }

    @Override
    String work() {
        return "rebalance";
    }

    @Override
    List<Figure> measure(Trial trial, BrokerSet brokers, LoadProcess load) throws IOException {
        load.await("ready");
        load.go();
        List<Figure> figures = new ArrayList<>(pauses("join", load.await("joined")));
        load.go();
        figures.addAll(pauses("leave", load.await("left")));
        return figures;
    }

    private static List<Figure> pauses(String change, Parameters facts) {
        return List.of(
                Figure.less(change + ", median pause, ms", Double.parseDouble(facts.text("median"))),
                Figure.less(change + ", longest pause, ms", Double.parseDouble(facts.text("max"))),
                Figure.less(change + ", partitions moved", Double.parseDouble(facts.text("moved"))));
    }
}
