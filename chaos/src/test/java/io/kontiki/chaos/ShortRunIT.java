package io.kontiki.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.chaos.check.Verdict;
import io.kontiki.chaos.cluster.BrokerSetup;
import io.kontiki.chaos.cluster.Layout;
import io.kontiki.chaos.cluster.Layout.NetworkKind;
import io.kontiki.chaos.fault.Schedule;
import io.kontiki.chaos.network.NamespaceNetwork;
import io.kontiki.localcluster.ClassArchive;
import io.kontiki.localcluster.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole harness for a moment; {@code chaos/run} does it for as long as one likes. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ShortRunIT {
    private static final int RECORDS_PER_SECOND = 300;
    private static final int PARTITIONS = 3;
    private static final Duration SERVING_MAX = Duration.ofSeconds(30);

    @Test
    void nothingIsWrongAfterAPauseAKillAndAPartition() throws IOException, InterruptedException {
        boolean network = NamespaceNetwork.obstacle().isEmpty();
        List<String> lines = new ArrayList<>(
                List.of("at 1 for 4 pause leader:0", "at 6 for 1 kill leader:1", "at 12 for 0 kill-all leader:0"));
        if (network) {
            lines.add("at 7.5 for 4 isolate leader:2");
        }
        Layout layout =
                new Layout(3, 3, PARTITIONS, "ack", network ? NetworkKind.NAMESPACES : NetworkKind.PLAIN, false, false);
        Path directory = newDirectory();
        Path distribution = Path.of(System.getProperty("kontiki.distribution"));
        // The archive is there already if the tests of the distribution have run.
        String quickStart = ClassArchive.jvmOptions(distribution, distribution.resolveSibling("it"));

        Verdict verdict = new Run(
                        "A short run",
                        layout,
                        new BrokerSetup(distribution, quickStart, Map.of()),
                        new Run.Scheduled(Schedule.parse(lines)),
                        directory,
                        RECORDS_PER_SECOND,
                        SERVING_MAX,
                        new Console(System.out, false))
                .execute()
                .verdict();

        assertThat(verdict.findings()).as("report in %s", directory).isEmpty();
        assertThat(verdict.tallies().get("strikes")).isEqualTo(lines.size());
        assertThat(verdict.tallies().get("acknowledged")).isGreaterThan(RECORDS_PER_SECOND);
        assertThat(directory.resolve("report.html")).content().contains("<svg", "pause: broker");
    }

    private static Path newDirectory() throws IOException {
        Path all = Files.createDirectories(Path.of("target/it").toAbsolutePath());
        return Files.createTempDirectory(all, "short-run-");
    }
}
