package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.cluster.Side;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.util.List;

/** What the machine gives at most, and how near produce comes to it: a gRPC stream that nobody looks at, a file, and Kontiki. */
final class Ceilings implements Scenario {
    private static final double BYTES_PER_MEGABYTE = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Throughput produce = Throughput.produce();

    @Override
    public String name() {
        return "ceilings";
    }

    @Override
    public String meaning() {
        return "MB/s of a bare gRPC stream, of a bare file, and of produce in requests as large";
    }

    @Override
    public Parameters defaults() {
        return produce.defaults().with("batch", 1 << 20).with("partitions", 1);
    }

    @Override
    public List<Contender> contenders() {
        return List.of(
                new Contender("grpc", Ceilings::stream),
                new Contender("file", Ceilings::file),
                new Contender(Side.KONTIKI.label(), this::kontiki));
    }

    private static List<Figure> stream(Trial trial) throws IOException {
        LoadProcess server = trial.ceiling("serve", Parameters.of());
        String port = server.await("ready").text("port");
        Parameters parameters =
                Parameters.of("port=" + port, "mb=" + trial.parameters().text("mb"));
        return rate(trial.ceiling("stream", parameters));
    }

    private static List<Figure> file(Trial trial) throws IOException {
        Parameters parameters = Parameters.of(
                "directory=" + trial.directory(), "mb=" + trial.parameters().text("mb"));
        return rate(trial.ceiling("file", parameters));
    }

    private static List<Figure> rate(LoadProcess process) throws IOException {
        process.await("ready");
        process.go();
        Parameters facts = process.await("done");
        double megabytes = Double.parseDouble(facts.text("bytes")) / BYTES_PER_MEGABYTE;
        process.finish();
        return List.of(Figure.more("MB/s", megabytes / (Double.parseDouble(facts.text("nanos")) / NANOS_PER_SECOND)));
    }

    private List<Figure> kontiki(Trial trial) throws IOException {
        return produce.measure(Side.KONTIKI, trial);
    }
}
