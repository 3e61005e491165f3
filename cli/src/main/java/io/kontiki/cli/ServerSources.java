package io.kontiki.cli;

import io.kontiki.broker.ConfigSources;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say where a broker's configuration comes from: the same for all commands that read it. */
final class ServerSources {
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

    /**
     * What is given, with the environment.
     *
     * @throws Failure if nothing is
     */
    ConfigSources given(Terminal terminal) {
        var overrides = new LinkedHashMap<>(settings);
        if (data != null) {
            overrides.put("log.dirs", data);
        }
        Optional<Path> file = Optional.ofNullable(config)
                .or(() -> terminal.variable("KONTIKI_CONFIG").map(Path::of));
        var sources = new ConfigSources(overrides, terminal.environment(), file, dev);
        if (sources.giveNothing()) {
            throw new Failure(
                    ExitCode.USAGE,
                    "no configuration is given",
                    "Give --config FILE (or KONTIKI_CONFIG), or --dev for a broker for yourself.");
        }
        return sources;
    }
}
