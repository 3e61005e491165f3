package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.BrokerInfo;
import io.kontiki.client.NewTopic;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Faults of the metadata quorum: brokers 1 to 3 of five vote. What takes long runs with {@code -Dquorum.faults=true} only.
 */
class QuorumIT {
    private static final String ALL = "quorum.faults";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final List<Integer> VOTERS = List.of(1, 2, 3);
    /** Exit code of a broker that cannot use its data. */
    private static final int DIRECTORY_CANNOT_BE_USED = 6;

    private static final int CHANGING_TOPICS = 32;

    private FaultScenario scenario;
    private QuorumView quorum;

    @BeforeEach
    void create() throws IOException {
        scenario = new FaultScenario(5, VOTERS.size());
        quorum = new QuorumView(scenario);
    }

    @AfterEach
    void stop() {
        scenario.close();
    }

    /**
     * The file of a vote that was just given is put back as it was before, and the boot id is another one, as after a power
     * cut. The voter must not vote a second time in that term (rule Q4), nor anybody lead a term that has a leader.
     */
    @Test
    @EnabledIfSystemProperty(named = ALL, matches = "true")
    void s49VoterThatForgetsItsVoteInAPowerCutVotesInNoTermTwice() throws IOException {
        scenario.createTopic("elections");
        Map<Long, Integer> leaders = new TreeMap<>();
        for (int round = 0; round < 2; round++) {
            int first = quorum.awaitLeader(leaders);
            Map<Integer, byte[]> votes = votes();
            scenario.cluster().broker(first).kill();
            int second = quorum.awaitLeader(leaders);
            long term = quorum.describe().term();
            int voted = VOTERS.stream()
                    .filter(id -> id != first && id != second)
                    .findFirst()
                    .orElseThrow();
            scenario.cluster().broker(voted).kill();
            Files.write(quorum.files(voted).vote(), votes.get(voted));
            quorum.files(voted).reboot();
            scenario.cluster().startAll();
            quorum.awaitLeader(leaders);
            scenario.cluster().await("all to be well", PATIENCE, () -> QuorumView.well(quorum.noted(leaders)));
            assertThat(quorum.files(voted).term()).isGreaterThan(term);
        }
        assertThat(leaders).hasSizeGreaterThan(2);
        quorum.awaitEqualDigests();
    }

    /** It is refused under its old name, and gets its vote back as another member. */
    @Test
    @EnabledIfSystemProperty(named = ALL, matches = "true")
    void s50VoterThatLostItsDiskIsReplacedUnderLoad() throws IOException {
        scenario.createTopic("disk-lost");

        scenario.loseNothing("disk-lost", () -> {
            BrokerProcess lost = scenario.cluster().broker(3);
            lost.kill();
            FileTree.delete(lost.dataDirectory());
            lost.start();
            quorum.awaitWords(lost, "was formed by", "kontiki quorum replace 3");
            quorum.replace(3);
        });

        quorum.awaitWell();
        quorum.awaitEqualDigests();
    }

    /** Data leaders live on, and nobody is fenced for the silence of the quorum. */
    @Test
    @EnabledIfSystemProperty(named = ALL, matches = "true")
    void s51PartitionsServeSoonAfterTheWholeQuorumIsBack() throws IOException {
        scenario.createTopic("no-quorum");
        Map<Integer, Long> epochs = epochs();

        scenario.loseNothing("no-quorum", () -> {
            VOTERS.forEach(id -> scenario.cluster().broker(id).kill());
            assertThat(scenario.cluster().broker(4).isAlive()).isTrue();
            assertThat(scenario.cluster().broker(5).isAlive()).isTrue();
            scenario.cluster().startAll();
            scenario.cluster()
                    .await(
                            "a leader",
                            PATIENCE,
                            () -> quorum.describe().leaderId().isPresent());
            long begin = System.nanoTime();
            scenario.cluster()
                    .await(
                            "leaders of all partitions",
                            PATIENCE,
                            () -> scenario.view().partitions("no-quorum").stream()
                                    .allMatch(partition -> partition.leader().isPresent()));
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        });

        assertThat(epochs()).containsEntry(4, epochs.get(4)).containsEntry(5, epochs.get(5));
        quorum.awaitEqualDigests();
    }

    /**
     * The others have dropped what voter 3 misses from their logs, which takes 100,000 changes, so it gets a snapshot. Then
     * that is damaged: the voter does not start with it (rule Q9), and gets its vote back as its last words say.
     */
    @Test
    @EnabledIfSystemProperty(named = ALL, matches = "true")
    void s52VoterThatWasAwayGetsASnapshotUnderLoadAndRefusesADamagedOne() throws IOException {
        scenario.createTopic("snapshot-installed");
        List<String> topics = IntStream.range(0, CHANGING_TOPICS)
                .mapToObj(number -> "changing-" + number)
                .toList();
        quorum.change(admin -> topics.forEach(
                name -> admin.createTopic(NewTopic.named(name).withPartitions(1).withReplicationFactor(1))));
        BrokerProcess away = scenario.cluster().broker(3);
        away.kill();
        long missed = quorum.index();
        quorum.changeLeader(1, 2);

        try (MetadataChanges changes = new MetadataChanges(scenario.cluster().bootstrap(), topics)) {
            quorum.awaitFirstIndexAbove(missed, 1);
            quorum.awaitFirstIndexAbove(missed, 2);
            scenario.loseNothing("snapshot-installed", () -> {
                long made = changes.made();
                away.start();
                quorum.awaitFirstIndexAbove(missed, 3);
                assertThat(changes.made()).isGreaterThan(made);
            });
        }
        quorum.awaitWell();
        quorum.awaitEqualDigests();

        away.terminate();
        assertThat(away.awaitExit(PATIENCE)).isPresent();
        Path damaged = quorum.files(3).damageSnapshot();
        away.start();
        assertThat(away.awaitExit(PATIENCE)).hasValue(DIRECTORY_CANNOT_BE_USED);
        quorum.awaitWords(away, damaged.getFileName().toString(), "must not vote", "kontiki quorum replace");
        Files.move(quorum.files(3).directory(), away.dataDirectory().resolveSibling("damaged"));
        away.start();
        quorum.awaitWords(away, "was formed by", "kontiki quorum replace 3");
        quorum.replace(3);
        quorum.awaitWell();
        quorum.awaitEqualDigests();
    }

    /**
     * The voters lose their metadata log, and keep the logs of partitions: they form no other quorum over those. Then they
     * lose everything, and do form one, of the same cluster id: the other brokers do not follow it (rule Q6).
     */
    @Test
    void s53NoLogIsTouchedWhenTheQuorumWasWiped() throws IOException {
        scenario.createTopic("kept");
        scenario.loseNothing("kept", () -> {});
        scenario.cluster().brokers().forEach(BrokerProcess::kill);
        Map<String, Long> before = logs();
        for (int id : VOTERS) {
            FileTree.delete(scenario.cluster().broker(id).dataDirectory().resolve("quorum"));
        }

        scenario.cluster().startAll();

        for (int id : VOTERS) {
            quorum.awaitWords(scenario.cluster().broker(id), "No other quorum is formed over them");
        }
        assertThat(before).isNotEmpty();
        assertThat(logs()).containsAllEntriesOf(before);
        scenario.cluster().brokers().forEach(BrokerProcess::kill);
        for (int id : VOTERS) {
            FileTree.delete(scenario.cluster().broker(id).dataDirectory());
        }
        before = logs();

        scenario.cluster().startAll();

        for (int id = VOTERS.size() + 1; id <= 5; id++) {
            quorum.awaitWords(scenario.cluster().broker(id), "which was formed anew");
        }
        scenario.cluster()
                .await(
                        "another quorum",
                        PATIENCE,
                        () -> quorum.describe().leaderId().isPresent());
        assertThat(logs()).containsAllEntriesOf(before);
    }

    private Map<Integer, byte[]> votes() throws IOException {
        Map<Integer, byte[]> votes = new TreeMap<>();
        for (int id : VOTERS) {
            votes.put(id, Files.readAllBytes(quorum.files(id).vote()));
        }
        return votes;
    }

    /** Segments with their sizes. */
    private Map<String, Long> logs() throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        for (BrokerProcess broker : scenario.cluster().brokers()) {
            if (!Files.exists(broker.dataDirectory())) {
                continue;
            }
            try (Stream<Path> files = Files.walk(broker.dataDirectory())) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".log")).toList()) {
                    sizes.put(file.toString(), Files.size(file));
                }
            }
        }
        return sizes;
    }

    private Map<Integer, Long> epochs() {
        return scenario.view().admin().describeCluster().brokers().stream()
                .collect(Collectors.toMap(BrokerInfo::id, BrokerInfo::epoch));
    }
}
