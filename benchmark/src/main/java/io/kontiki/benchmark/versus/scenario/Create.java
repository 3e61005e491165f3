package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.cluster.ProcessUse;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Very many partitions: until they are made and take records, and until they do so again after a restart. */
final class Create extends PeerScenario {
    private static final double NANOS_PER_SECOND = 1e9;

    @Override
    public String name() {
        return "create";
    }

    @Override
    public String meaning() {
        return "s to make many partitions of one broker, and to restart it, until each has taken a record";
    }

    @Override
    public Parameters defaults() {
        return Parameters.of("partitions=1000", "rf=1", "restart=yes", "heap=1024", "heap-start=1024");
    }

    @Override
    String work() {
        return "touch";
    }

    @Override
    List<Figure> measure(Trial trial, BrokerSet brokers, LoadProcess load) throws IOException {
        load.await("ready");
        trial.progress("making partitions");
        Window creation = Window.until("created", brokers, load);
        List<Figure> figures = new ArrayList<>(List.of(
                Figure.less("create, s", creation.seconds()),
                Figure.less("create, CPU seconds", creation.cpuSeconds()),
                Figure.less("create, peak memory, GB", creation.peakGigabytes())));
        if (trial.parameters().oneOf("restart", "yes", "no").equals("yes")) {
            figures.addAll(restart(trial, brokers, load));
        }
        return figures;
    }

    private static List<Figure> restart(Trial trial, BrokerSet brokers, LoadProcess load) throws IOException {
        trial.progress("stopping");
        brokers.stop();
        trial.progress("restarting");
        load.go();
        long started = System.nanoTime();
        brokers.start();
        double serving = Double.parseDouble(load.await("restarted").text("at"));
        return List.of(
                Figure.less("restart, s", (serving - started) / NANOS_PER_SECOND),
                Figure.less("restart, CPU seconds of the brokers", ProcessUse.cpuSeconds(brokers.pids())),
                Figure.less("restart, peak memory, GB", ProcessUse.peakGigabytes(brokers.pids())));
    }
}
