package io.kontiki.benchmark.versus.cluster;

import io.kontiki.benchmark.versus.load.CeilingMain;
import io.kontiki.benchmark.versus.load.LoadMain;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where both systems lie on this machine, and how their processes are started.
 *
 * @param distribution Kontiki's, unpacked
 * @param kafka directory of Kafka's jars
 */
public record Installations(Path distribution, Path kafka) {
    /** The same for each load: large enough that it is never the load that collects. */
    private static final List<String> LOAD_OPTIONS = List.of("-Xms512m", "-Xmx1g", "-XX:+UseG1GC");

    /** @throws IllegalStateException if Kafka's jars are not there, with the command that gets them */
    public void requireKafka() {
        if (!Files.isDirectory(kafka)) {
            throw new IllegalStateException(
                    "Kafka is not there (" + kafka + "); get it once: ./mvnw -f benchmark/peer/pom.xml package");
        }
    }

    /** New brokers, not started yet. */
    public BrokerSet brokers(Side side, Path directory, int count, JvmMemory memory) throws IOException {
        return switch (side) {
            case KAFKA -> new KafkaBrokers(kafka, directory, count, memory);
            case KONTIKI -> new KontikiBrokers(distribution, directory, count, memory);
        };
    }

    /** A load on these brokers. */
    public LoadProcess load(
            Side side, String work, Parameters parameters, BrokerSet brokers, Path errors, Consumer<String> progress)
            throws IOException {
        List<String> words = new ArrayList<>(List.of(side.label(), work));
        words.addAll(parameters
                .with("bootstrap", brokers.bootstrap())
                .with("brokers", brokers.count())
                .arguments());
        return new LoadProcess(command(side, LoadMain.class, words), errors, progress);
    }

    /** A process that measures a ceiling. */
    public LoadProcess ceiling(String work, Parameters parameters, Path errors, Consumer<String> progress)
            throws IOException {
        List<String> words = new ArrayList<>(List.of(work));
        words.addAll(parameters.arguments());
        return new LoadProcess(command(Side.KONTIKI, CeilingMain.class, words), errors, progress);
    }

    private List<String> command(Side side, Class<?> main, List<String> words) {
        Path jars = side == Side.KAFKA ? kafka : distribution.resolve("lib");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(LOAD_OPTIONS);
        command.addAll(List.of("-cp", ownClasses() + ":" + jars.resolve("*"), main.getName()));
        command.addAll(words);
        return command;
    }

    private static Path ownClasses() {
        try {
            return Path.of(LoadMain.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the classes of the benchmarks are at no path", e);
        }
    }
}
