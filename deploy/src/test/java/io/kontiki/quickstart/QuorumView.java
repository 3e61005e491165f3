package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.Admin;
import io.kontiki.client.QuorumDescription;
import io.kontiki.client.QuorumMember;
import io.kontiki.localcluster.BrokerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The metadata quorum of a scenario: what it says of itself, what changes it, and what its voters have on their disks. */
final class QuorumView {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** For so many entries that a snapshot is taken, on a machine that has other things to do. */
    private static final Duration SNAPSHOT_PATIENCE = Duration.ofMinutes(10);

    private final FaultScenario scenario;

    QuorumView(FaultScenario scenario) {
        this.scenario = scenario;
    }

    QuorumDescription describe() {
        return scenario.view().admin().describeQuorum();
    }

    QuorumMember member(int id) {
        return describe().members().stream()
                .filter(member -> member.brokerId() == id)
                .findFirst()
                .orElseThrow();
    }

    VoterFiles files(int id) {
        return VoterFiles.of(scenario.cluster().broker(id));
    }

    /** It waits for what it asks for, which takes longer than a question. */
    void change(Consumer<Admin> change) {
        try (Admin admin = Admin.builder()
                .bootstrapServers(scenario.cluster().bootstrap())
                .requestTimeout(PATIENCE)
                .build()) {
            change.accept(admin);
        }
    }

    /** @param leaders of the terms seen so far, of which no term may have two */
    int awaitLeader(Map<Long, Integer> leaders) throws IOException {
        AtomicReference<OptionalInt> leader = new AtomicReference<>(OptionalInt.empty());
        scenario.cluster().await("a leader", PATIENCE, () -> {
            leader.set(noted(leaders).leaderId());
            return leader.get().isPresent();
        });
        return leader.get().orElseThrow();
    }

    QuorumDescription noted(Map<Long, Integer> leaders) {
        QuorumDescription quorum = describe();
        quorum.leaderId()
                .ifPresent(leader -> assertThat(leaders.merge(quorum.term(), leader, (was, is) -> was))
                        .as("leader of term " + quorum.term())
                        .isEqualTo(leader));
        return quorum;
    }

    static boolean well(QuorumDescription quorum) {
        return quorum.leaderId().isPresent()
                && quorum.members().stream().allMatch(member -> member.problem().isEmpty());
    }

    void awaitWell() throws IOException {
        scenario.cluster().await("the quorum to be whole", PATIENCE, () -> well(describe()));
    }

    /** Gives a voter that runs without its storage its vote back, as the quorum says. */
    void replace(int id) throws IOException {
        String before = member(id).memberId();
        scenario.cluster()
                .await(
                        "the voter to be told lost",
                        PATIENCE,
                        () -> member(id).problem().contains("kontiki quorum replace " + id));
        change(admin -> admin.replaceVoter(id));
        assertThat(member(id).memberId()).startsWith(id + "-").isNotEqualTo(before);
    }

    /**
     * Has one of two voters lead that does not: its term begins a new file of the metadata log, and only whole files are
     * dropped. A transfer that does not come about is tried again.
     */
    void changeLeader(int one, int other) throws IOException {
        long before = describe().term();
        scenario.cluster().await("another term", PATIENCE, () -> {
            QuorumDescription now = describe();
            if (now.term() == before && now.leaderId().isPresent()) {
                int next = now.leaderId().getAsInt() == one ? other : one;
                change(admin -> admin.transferQuorumLeadership(next));
            }
            return now.term() > before;
        });
    }

    /** Last index of the metadata log that any broker has applied. */
    long index() {
        return describe().members().stream()
                .flatMapToLong(member -> member.imageIndex().stream())
                .max()
                .orElseThrow();
    }

    /** Until nothing up to that index is in the voter's log. */
    void awaitFirstIndexAbove(long index, int id) throws IOException {
        scenario.cluster()
                .await(
                        "voter " + id + " to have nothing up to " + index + " in its log",
                        SNAPSHOT_PATIENCE,
                        () -> isFirstIndexAbove(index, id));
    }

    private boolean isFirstIndexAbove(long index, int id) {
        try {
            return files(id).firstLogIndex().orElse(0) > index;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitWords(BrokerProcess broker, String... words) throws IOException {
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

    /** Invariant I10. */
    void awaitEqualDigests() throws IOException {
        scenario.cluster().await("equal images", PATIENCE, () -> {
            List<QuorumMember> members = describe().members();
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
}
