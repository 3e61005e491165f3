package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.Side;
import io.kontiki.benchmark.versus.load.Parameters;
import java.util.List;

/** What programs lose that have generated stubs and no client library: produce or consume, through the direct tier and the thin one. */
final class Thin implements Scenario {
    private static final String WHAT = "do";

    private final Throughput produce = Throughput.produce();
    private final Throughput consume = Throughput.consume();

    @Override
    public String name() {
        return "thin";
    }

    @Override
    public String meaning() {
        return "MB/s of produce or consume (do), by the thin tier beside the direct one";
    }

    @Override
    public Parameters defaults() {
        return produce.defaults().with(WHAT, produce.name());
    }

    @Override
    public List<Contender> contenders() {
        return List.of(
                new Contender("direct", trial -> chosen(trial).measure(Side.KONTIKI, trial)),
                new Contender("thin", trial -> chosen(trial).byThinTier().measure(Side.KONTIKI, trial)));
    }

    private Throughput chosen(Trial trial) {
        String what = trial.parameters().oneOf(WHAT, produce.name(), consume.name());
        return what.equals(produce.name()) ? produce : consume;
    }
}
