package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.Admin;
import io.kontiki.client.BrokerInfo;
import io.kontiki.client.QuorumDescription;
import io.kontiki.client.QuorumMember;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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

    private FaultScenario scenario;

    @BeforeEach
    void create() throws IOException {
        scenario = new FaultScenario(5, VOTERS.size());
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
            int first = awaitLeader(leaders);
            Map<Integer, byte[]> votes = votes();
            scenario.cluster().broker(first).kill();
            int second = awaitLeader(leaders);
            long term = quorum().term();
            int voted = VOTERS.stream()
                    .filter(id -> id != first && id != second)
                    .findFirst()
                    .orElseThrow();
            scenario.cluster().broker(voted).kill();
            Files.write(voteFile(voted), votes.get(voted));
            reboot(voted);
            scenario.cluster().startAll();
            awaitLeader(leaders);
            scenario.cluster().await("all to be well", PATIENCE, () -> well(noted(leaders)));
            assertThat(term(voted)).isGreaterThan(term);
        }
        assertThat(leaders).hasSizeGreaterThan(2);
        awaitEqualDigests();
    }

    /** It is refused under its old name, and gets its vote back as another member. */
    @Test
    @EnabledIfSystemProperty(named = ALL, matches = "true")
    void s50VoterThatLostItsDiskIsReplacedUnderLoad() throws IOException {
        scenario.createTopic("disk-lost");
        String before = member(3).memberId();

        scenario.loseNothing("disk-lost", () -> {
            BrokerProcess lost = scenario.cluster().broker(3);
            lost.kill();
            FileTree.delete(lost.dataDirectory());
            lost.start();
            awaitWords(lost, "was formed by", "kontiki quorum replace 3");
            scenario.cluster()
                    .await(
                            "the voter to be told lost",
                            PATIENCE,
                            () -> member(3).problem().contains("kontiki quorum replace 3"));
            change(admin -> admin.replaceVoter(3));
            assertThat(member(3).memberId()).startsWith("3-").isNotEqualTo(before);
        });

        scenario.cluster().await("the quorum to be whole", PATIENCE, () -> well(quorum()));
        awaitEqualDigests();
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
                    .await("a leader", PATIENCE, () -> quorum().leaderId().isPresent());
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
        awaitEqualDigests();
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
            awaitWords(scenario.cluster().broker(id), "No other quorum is formed over them");
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
            awaitWords(scenario.cluster().broker(id), "which was formed anew");
        }
        scenario.cluster()
                .await("another quorum", PATIENCE, () -> quorum().leaderId().isPresent());
        assertThat(logs()).containsAllEntriesOf(before);
    }

    /** It waits for what it asks for, which takes longer than a question. */
    private void change(Consumer<Admin> change) {
        try (Admin admin = Admin.builder()
                .bootstrapServers(scenario.cluster().bootstrap())
                .requestTimeout(PATIENCE)
                .build()) {
            change.accept(admin);
        }
    }

    private void awaitWords(BrokerProcess broker, String... words) throws IOException {
        scenario.cluster()
                .await("broker " + broker.id() + " to say " + List.of(words), PATIENCE, () -> said(broker, words));
    }

    private static boolean said(BrokerProcess broker, String... words) {
        try {
            return Stream.of(words).allMatch(broker.log()::contains);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<Integer, byte[]> votes() throws IOException {
        Map<Integer, byte[]> votes = new TreeMap<>();
        for (int id : VOTERS) {
            votes.put(id, Files.readAllBytes(voteFile(id)));
        }
        return votes;
    }

    private long term(int id) throws IOException {
        return Files.readAllLines(voteFile(id)).stream()
                .filter(line -> line.startsWith("term="))
                .mapToLong(line -> Long.parseLong(line.substring("term=".length())))
                .findFirst()
                .orElseThrow();
    }

    private Path voteFile(int id) throws IOException {
        try (Stream<Path> files = Files.walk(quorumDirectory(id))) {
            return files.filter(file -> file.endsWith("raft-meta")).findFirst().orElseThrow();
        }
    }

    /** For the voter it is another run of the machine. */
    private void reboot(int id) throws IOException {
        Path file = quorumDirectory(id).resolve("voter.properties");
        Files.writeString(file, Files.readString(file).replaceAll("(?m)^boot.id=.*$", "boot.id=before"));
    }

    private Path quorumDirectory(int id) {
        return scenario.cluster().broker(id).dataDirectory().resolve("quorum");
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
        AtomicReference<OptionalInt> leader = new AtomicReference<>(OptionalInt.empty());
        scenario.cluster().await("a leader", PATIENCE, () -> {
            leader.set(noted(leaders).leaderId());
            return leader.get().isPresent();
        });
        return leader.get().orElseThrow();
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
}
