package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.util.List;

/** MB in a second of a load that goes as fast as it can. */
final class Throughput extends PeerScenario {
    private static final Parameters CONSUME = Parameters.of(
            "size=1024",
            "rf=1",
            "acks=all",
            "codec=none",
            "partitions=12",
            "batch=262144",
            "linger=5",
            "flush=os",
            "mb=1000",
            "heap=512",
            "heap-start=512");

    private static final Parameters PRODUCE = CONSUME.with("warm-mb", 200);

    private final String name;
    private final String meaning;
    private final Parameters defaults;
    private final String work;

    private Throughput(String name, String meaning, Parameters defaults, String work) {
        this.name = name;
        this.meaning = meaning;
        this.defaults = defaults;
        this.work = work;
    }

    static Throughput produce() {
        return new Throughput("produce", "MB/s of one producer into a new topic", PRODUCE, "produce");
    }

    static Throughput together() {
        return new Throughput(
                "together", "MB/s of one producer and one consumer of the same topic at once", PRODUCE, "together");
    }

    static Throughput flush() {
        Parameters each =
                PRODUCE.with("rf", 3).with("flush", "each").with("mb", 50).with("warm-mb", 10);
        return new Throughput(
                "flush",
                "as produce, each batch forced to the disk: flush.mode=ack, flush.messages=1",
                each,
                "produce");
    }

    static Throughput consume() {
        return new Throughput("consume", "MB/s of one consumer, from the page cache", CONSUME, "consume");
    }

    /** The same load, without the client library. */
    Throughput byThinTier() {
        return new Throughput(name, meaning, defaults, "thin-" + work);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public Parameters defaults() {
        return defaults;
    }

    @Override
    String work() {
        return work;
    }

    @Override
    List<Figure> measure(Trial trial, BrokerSet brokers, LoadProcess load) throws IOException {
        load.await("ready");
        trial.progress("measuring");
        return Window.until("done", brokers, load).throughput();
    }
}
