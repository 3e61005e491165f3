package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.BrokerInfo;
import io.kontiki.client.QuorumDescription;
import io.kontiki.client.QuorumMember;
import io.kontiki.localcluster.BrokerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Faults of the metadata quorum: brokers 1 to 3 of five vote. */
@EnabledIfSystemProperty(named = "quorum.faults", matches = "true")
class QuorumIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<Integer> VOTERS = List.of(1, 2, 3);

    private FaultScenario scenario;

    @BeforeEach
    void create() throws IOException {
        scenario = new FaultScenario(5, VOTERS.size());
    }

    @AfterEach
    void stop() {
        scenario.close();
    }

    /** Scenario S49, with SIGKILL for the power cut: votes that were just given must hold. */
    @Test
    void everyTermHasOneLeaderThoughVotersDieRightAfterElections() throws IOException {
        scenario.createTopic("elections");
        Map<Long, Integer> leaders = new TreeMap<>();
        for (int round = 0; round < 3; round++) {
            int first = awaitLeader(leaders);
            scenario.cluster().broker(first).kill();
            int second = awaitLeader(leaders);
            int voted = VOTERS.stream()
                    .filter(id -> id != first && id != second)
                    .findFirst()
                    .orElseThrow();
            scenario.cluster().broker(voted).kill();
            scenario.cluster().startAll();
            awaitLeader(leaders);
            scenario.cluster().await("all to be well", PATIENCE, () -> well(noted(leaders)));
            scenario.view().admin().transferQuorumLeadership(voted);
            awaitLeader(leaders);
        }
        assertThat(leaders).hasSizeGreaterThan(3);
        awaitEqualDigests();
    }

    /** Scenario S50. */
    @Test
    void voterThatLostItsDiskIsReplacedUnderLoad() throws IOException {
        scenario.createTopic("disk-lost");
        String before = member(3).memberId();

        scenario.loseNothing("disk-lost", () -> {
            BrokerProcess lost = scenario.cluster().broker(3);
            lost.kill();
            delete(lost.dataDirectory());
            lost.start();
            scenario.cluster().awaitReady(scenario.view(), PATIENCE);
            assertThat(lost.log()).contains("was formed by", "kontiki quorum replace 3");
            assertThat(member(3).problem()).contains("kontiki quorum replace 3");
            scenario.view().admin().replaceVoter(3);
            assertThat(member(3).memberId()).startsWith("3-").isNotEqualTo(before);
        });

        scenario.cluster().await("the quorum to be whole", PATIENCE, () -> well(quorum()));
        awaitEqualDigests();
    }

    /** Scenario S51: data leaders live on, and nobody is fenced for the silence of the quorum. */
    @Test
    void partitionsServeSoonAfterTheWholeQuorumIsBack() throws IOException {
        scenario.createTopic("no-quorum");
        Map<Integer, Long> epochs = epochs();

        scenario.loseNothing("no-quorum", () -> {
            VOTERS.forEach(id -> scenario.cluster().broker(id).kill());
            assertThat(scenario.cluster().broker(4).isAlive()).isTrue();
            assertThat(scenario.cluster().broker(5).isAlive()).isTrue();
            scenario.cluster().startAll();
            scenario.cluster()
                    .await("a leader", PATIENCE, () -> quorum().leaderId().isPresent());
            long begin = System.nanoTime();
            scenario.cluster()
                    .await(
                            "leaders of all partitions",
                            PATIENCE,
                            () -> scenario.view().partitions("no-quorum").stream()
                                    .allMatch(partition -> partition.leader().isPresent()));
            long millis = (System.nanoTime() - begin) / 1_000_000;
            System.out.println("all partitions have leaders " + millis + " ms after the quorum is back");
            assertThat(millis).isLessThan(5_000);
        });

        assertThat(epochs()).containsEntry(4, epochs.get(4)).containsEntry(5, epochs.get(5));
        awaitEqualDigests();
    }

    /** Scenario S53. */
    @Test
    void brokersLeaveTheirLogsAloneIfTheQuorumWasWiped() throws IOException {
        scenario.createTopic("kept");
        scenario.loseNothing("kept", () -> {});
        scenario.cluster().brokers().forEach(BrokerProcess::terminate);
        for (BrokerProcess broker : scenario.cluster().brokers()) {
            assertThat(broker.awaitExit(PATIENCE)).isPresent();
        }
        Map<String, Long> before = logs();
        for (int id : VOTERS) {
            delete(scenario.cluster().broker(id).dataDirectory().resolve("quorum"));
        }

        scenario.cluster().startAll();

        for (BrokerProcess broker : scenario.cluster().brokers()) {
            scenario.cluster().await("broker " + broker.id() + " to refuse", PATIENCE, () -> said(broker));
        }
        scenario.cluster().brokers().forEach(BrokerProcess::kill);
        assertThat(logs()).isEqualTo(before).isNotEmpty();
    }

    private static boolean said(BrokerProcess broker) {
        try {
            return broker.log().contains("are of metadata quorum")
                    // Once enough of the new voters have refused, nobody is left to tell the others.
                    || broker.id() > VOTERS.size();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Segments with their sizes. */
    private Map<String, Long> logs() throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        for (BrokerProcess broker : scenario.cluster().brokers()) {
            try (Stream<Path> files = Files.walk(broker.dataDirectory())) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".log")).toList()) {
                    sizes.put(file.toString(), Files.size(file));
                }
            }
        }
        return sizes;
    }

    private QuorumDescription quorum() {
        return scenario.view().admin().describeQuorum();
    }

    private QuorumMember member(int id) {
        return quorum().members().stream()
                .filter(member -> member.brokerId() == id)
                .findFirst()
                .orElseThrow();
    }

    private static boolean well(QuorumDescription quorum) {
        return quorum.leaderId().isPresent()
                && quorum.members().stream().allMatch(member -> member.problem().isEmpty());
    }

    private int awaitLeader(Map<Long, Integer> leaders) throws IOException {
        scenario.cluster()
                .await("a leader", PATIENCE, () -> noted(leaders).leaderId().isPresent());
        return noted(leaders).leaderId().orElseThrow();
    }

    private QuorumDescription noted(Map<Long, Integer> leaders) {
        QuorumDescription quorum = quorum();
        quorum.leaderId()
                .ifPresent(leader -> assertThat(leaders.merge(quorum.term(), leader, (was, is) -> was))
                        .as("leader of term " + quorum.term())
                        .isEqualTo(leader));
        return quorum;
    }

    /** Invariant I10. */
    private void awaitEqualDigests() throws IOException {
        scenario.cluster().await("equal images", PATIENCE, () -> {
            List<QuorumMember> members = quorum().members();
            Map<Long, List<QuorumMember>> byIndex = members.stream()
                    .filter(member -> member.imageIndex().isPresent())
                    .collect(Collectors.groupingBy(member -> member.imageIndex().getAsLong()));
            byIndex.forEach((index, same) -> assertThat(same)
                    .as("images at index " + index)
                    .extracting(QuorumMember::imageDigest)
                    .containsOnly(same.get(0).imageDigest()));
            return byIndex.size() == 1
                    && members.size() == scenario.cluster().brokers().size();
        });
    }

    private Map<Integer, Long> epochs() {
        return scenario.view().admin().describeCluster().brokers().stream()
                .collect(Collectors.toMap(BrokerInfo::id, BrokerInfo::epoch));
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
