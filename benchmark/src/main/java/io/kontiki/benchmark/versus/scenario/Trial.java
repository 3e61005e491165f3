package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.Installations;
import io.kontiki.benchmark.versus.cluster.JvmMemory;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.cluster.Side;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** One turn of one contender: a directory of its own, and all processes that it starts, which end with it. Belongs to one thread. */
public final class Trial implements AutoCloseable {
    private static final int HEAP_MEBIBYTES_MAX = 65_536;

    private final Installations installations;
    private final Parameters parameters;
    private final Path directory;
    private final Consumer<String> progress;
    private final Deque<Runnable> opened = new ArrayDeque<>();

    /** @param directory new and empty */
    public Trial(Installations installations, Parameters parameters, Path directory, Consumer<String> progress) {
        this.installations = installations;
        this.parameters = parameters;
        this.directory = directory;
        this.progress = progress;
    }

    Parameters parameters() {
        return parameters;
    }

    Path directory() {
        return directory;
    }

    /** New brokers, with the parameters' {@code heap}, not started yet. */
    BrokerSet brokers(Side side, int count) throws IOException {
        progress.accept("preparing " + count + (count == 1 ? " broker" : " brokers"));
        JvmMemory memory = new JvmMemory(
                parameters.number("heap-start", 1, HEAP_MEBIBYTES_MAX),
                parameters.number("heap", 1, HEAP_MEBIBYTES_MAX));
        BrokerSet brokers = installations.brokers(side, directory, count, memory);
        opened.push(brokers::close);
        return brokers;
    }

    /** A load on these brokers, with all parameters. */
    LoadProcess load(Side side, String work, BrokerSet brokers) throws IOException {
        Path errors = directory.resolve("load.log");
        LoadProcess load = installations.load(side, work, parameters, brokers, errors, progress);
        opened.push(load::close);
        return load;
    }

    /** A process that measures a ceiling. */
    LoadProcess ceiling(String work, Parameters its) throws IOException {
        LoadProcess ceiling = installations.ceiling(work, its, directory.resolve(work + ".log"), progress);
        opened.push(ceiling::close);
        return ceiling;
    }

    void progress(String text) {
        progress.accept(text);
    }

    /** Ends what was started, the last first. */
    @Override
    public void close() {
        while (!opened.isEmpty()) {
            opened.pop().run();
        }
    }
}
