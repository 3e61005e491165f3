package io.kontiki.localcluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * The classes of a broker, parsed and laid out once, so that each start costs a quarter of the processor time: where a
 * broker dies every few seconds and three of them share two processors, starting is most of what they would do.
 */
public final class ClassArchive {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String NAME = "broker-classes.jsa";

    private ClassArchive() {}

    /**
     * Options for the JVM of every broker of a distribution that live for seconds: this archive, and the compiler and
     * collector that begin with little.
     *
     * @param directory where the archive is kept, and made if it is older than the distribution
     */
    public static String jvmOptions(Path distribution, Path directory) throws IOException {
        String quick = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xlog:disable";
        Path archive = Files.createDirectories(directory).toAbsolutePath().resolve(NAME);
        if (!newerThanAll(archive, distribution.resolve("lib"))) {
            make(archive, distribution, quick);
        }
        return Files.exists(archive) ? quick + " -Xshare:auto -XX:SharedArchiveFile=" + archive : quick;
    }

    private static boolean newerThanAll(Path archive, Path library) throws IOException {
        if (!Files.exists(archive)) {
            return false;
        }
        long made = archive.toFile().lastModified();
        try (Stream<Path> jars = Files.list(library)) {
            return jars.allMatch(jar -> jar.toFile().lastModified() < made);
        }
    }

    /** Runs one broker for a moment; as it ends in order, the JVM writes what it had loaded. */
    private static void make(Path archive, Path distribution, String options) throws IOException {
        Files.deleteIfExists(archive);
        Path directory = Files.createTempDirectory(archive.getParent(), "archived-");
        // Another process may do the same: the rename keeps half an archive from both.
        Path written = directory.resolve(NAME);
        try (LocalCluster cluster = LocalCluster.create(distribution, directory, 1);
                ClusterView view = new ClusterView(cluster.bootstrap())) {
            BrokerProcess broker = cluster.broker(1);
            broker.setEnvironment(BrokerProcess.JVM_OPTS, options + " -XX:ArchiveClassesAtExit=" + written);
            broker.start();
            cluster.awaitReady(view, PATIENCE);
            broker.terminate();
            broker.awaitExit(PATIENCE);
        }
        if (Files.exists(written)) {
            Files.move(written, archive, StandardCopyOption.ATOMIC_MOVE);
        }
        FileTree.delete(directory);
    }
}
