package io.kontiki.quickstart;

import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClassArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/** Where the tests of real processes find things. What they write stays below target/it, for whoever looks for a failure. */
final class RealProcesses {
    private RealProcesses() {}

    static Path distribution() {
        return path("kontiki.distribution");
    }

    /** The root of the source tree. */
    static Path source() {
        return path("kontiki.source");
    }

    static Path newDirectory(String name) throws IOException {
        Path all = Files.createDirectories(Path.of("target/it").toAbsolutePath());
        return Files.createTempDirectory(all, name + "-");
    }

    /**
     * Lets brokers that live for seconds start in a quarter of the time, see {@link ClassArchive}. What the tests of starting
     * itself look at is started as users start it.
     */
    static void startQuickly(Collection<BrokerProcess> brokers) throws IOException {
        String options = ClassArchive.jvmOptions(distribution(), Path.of("target/it"));
        brokers.forEach(broker -> broker.setEnvironment(BrokerProcess.JVM_OPTS, options));
    }

    private static Path path(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new IllegalStateException("the system property " + property + " is not set: run ./mvnw verify");
        }
        return Path.of(value).toAbsolutePath().normalize();
    }
}
