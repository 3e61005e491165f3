package io.kontiki.cli;

import io.kontiki.broker.ConfigSources;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code kontiki server start}. Holds the options only; {@link ServerProcess} has the broker's classes, so that other
 * commands, which make an object of this class too, do not load them.
 */
@Command(
        name = "start",
        description = {
            "Run a broker until Ctrl-C or SIGTERM, which stop it in good order.",
            "A setting counts from --set, else KONTIKI_* in the environment, else the file, else its default."
        })
final class ServerStart implements Callable<Integer> {
    private final Terminal terminal;
    private final Messages messages;
    private final StopSignal stop;

    @Option(
            names = "--dev",
            description = {"A broker for a laptop: no configuration needed,", "only this machine can reach it."})
    private boolean dev;

    @Option(names = "--data", paramLabel = "DIR", description = "Where to keep the data: --set log.dirs=DIR.")
    private String data;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration, a properties file. Default: KONTIKI_CONFIG")
    private Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "A setting; repeatable.")
    private Map<String, String> settings = new LinkedHashMap<>();

    ServerStart(Terminal terminal, Messages messages, StopSignal stop) {
        this.terminal = terminal;
        this.messages = messages;
        this.stop = stop;
    }

    @Override
    public Integer call() throws InterruptedException {
        var overrides = new LinkedHashMap<>(settings);
        if (data != null) {
            overrides.put("log.dirs", data);
        }
        Optional<Path> file = Optional.ofNullable(config)
                .or(() -> terminal.variable("KONTIKI_CONFIG").map(Path::of));
        return new ServerProcess(terminal, messages, stop)
                .run(new ConfigSources(overrides, terminal.environment(), file, dev));
    }
}
