package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.cluster.Side;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** A scenario in which Kafka and Kontiki take turns. */
abstract class PeerScenario implements Scenario {
    @Override
    public final List<Contender> contenders() {
        return Arrays.stream(Side.values())
                .map(side -> new Contender(side.label(), trial -> measure(side, trial)))
                .toList();
    }

    /** One turn of this side. */
    final List<Figure> measure(Side side, Trial trial) throws IOException {
        BrokerSet brokers = trial.brokers(side, brokers(trial));
        brokers.start();
        LoadProcess load = trial.load(side, work(), brokers);
        try {
            List<Figure> figures = measure(trial, brokers, load);
            trial.progress("reading back");
            load.go();
            load.await("verified");
            load.finish();
            return figures;
        } catch (IOException e) {
            throw new IOException(e.getMessage() + "\n" + brokers.logTails(), e);
        }
    }

    /** As many as there are replicas. */
    int brokers(Trial trial) {
        return trial.parameters().number("rf", 1, 5);
    }

    /** Name of what the load process does. */
    abstract String work();

    /** Brings the load, which has just been started, to the step before {@code verified}, and tells what was measured. */
    abstract List<Figure> measure(Trial trial, BrokerSet brokers, LoadProcess load) throws IOException;
}
