package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.VoterGreeting;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.SampleCommands;
import io.kontiki.quorum.VoterMessages;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a founder makes of what the others answer. */
class FormationTest {
    private static final UUID QUORUM = new UUID(1, 2);
    private static final Map<Integer, Endpoint> FOUNDERS =
            Map.of(1, new Endpoint("one", 1), 2, new Endpoint("two", 2), 3, new Endpoint("three", 3));

    private final Map<Endpoint, VoterGreeting> answers = new TreeMap<>((some, other) -> some.port() - other.port());

    @Test
    void firstFormsTheQuorumOnceAllAreThere() {
        answer(2, fresh(2));
        assertThat(round(1, Optional.empty())).isEqualTo(new Formation.Waiting(List.of(3)));

        answer(3, fresh(3));

        assertThat(round(1, Optional.empty()))
                .isInstanceOfSatisfying(
                        Formation.Formed.class,
                        formed -> assertThat(formed.voters()).containsExactly(voter(1), voter(2), voter(3)));
        answer(1, fresh(1));
        assertThat(round(2, Optional.empty())).isEqualTo(new Formation.Waiting(List.of(1)));
    }

    @Test
    void othersTakeItOverOrStayOutside() {
        answer(1, member(1, voter(1), voter(2), new QuorumVoter(3, "lost", FOUNDERS.get(3))));

        assertThat(round(2, Optional.empty())).isInstanceOf(Formation.Formed.class);
        assertThat(round(3, Optional.empty()))
                .isInstanceOfSatisfying(
                        Formation.Outside.class,
                        outside -> assertThat(outside.brokers()).containsExactly(new Endpoint("broker-1", 9392)));
    }

    /** Rule Q6: it would know nothing of the logs that they hold. */
    @Test
    void noQuorumIsFormedByBrokersWhoseLogsAreOfAnother() {
        answer(2, fresh(2));
        answer(3, fresh(3));
        assertThat(round(1, Optional.of(QUORUM))).isEqualTo(new Formation.Waiting(List.of(1)));

        answer(3, fresh(3).setQuorumId(UuidBytes.toBytes(QUORUM)));
        assertThat(round(1, Optional.empty())).isEqualTo(new Formation.Waiting(List.of(3)));
    }

    @Test
    void noQuorumIsFormedWhileTheFoundersAreNotTheSameOnAll() {
        answer(2, fresh(2));
        answer(3, fresh(3).clearFounders().addAllFounders(Set.of(2, 3, 4)));

        assertThat(round(1, Optional.empty())).isEqualTo(new Formation.Waiting(List.of(3)));
    }

    @Test
    void answerThatCannotBeReadIsNone() {
        answer(2, fresh(2));
        var voters = List.of(
                fresh(3).clearVoter(),
                fresh(3).setVoter(VoterMessages.message(voter(3)).toBuilder().setStorageId("")),
                fresh(3).setVoter(VoterMessages.message(voter(3)).toBuilder().setPort(70_000)),
                fresh(3).setClusterId("another"),
                member(3, voter(1)).setBrokerPort(-1),
                member(3, voter(1)).setBrokerHost(""),
                fresh(2));
        for (var strange : voters) {
            answer(3, strange);
            assertThat(round(1, Optional.empty())).as(strange.toString()).isEqualTo(new Formation.Waiting(List.of(3)));
        }
    }

    private Formation.Outcome round(int id, Optional<UUID> known) {
        var config =
                Voter.belonging(QuorumConfig.founder(id, FOUNDERS, Path.of("none"), SampleCommands.CLUSTER_ID), known);
        return new Formation(
                        config,
                        voter(id),
                        fresh(id).build(),
                        (endpoint, own) -> Optional.ofNullable(answers.get(endpoint)))
                .round();
    }

    private void answer(int id, VoterGreeting.Builder answer) {
        answers.put(FOUNDERS.get(id), answer.build());
    }

    private static VoterGreeting.Builder fresh(int id) {
        return VoterGreeting.newBuilder()
                .setClusterId(SampleCommands.CLUSTER_ID)
                .setVoter(VoterMessages.message(voter(id)))
                .setBrokerHost("broker-" + id)
                .setBrokerPort(9392)
                .addAllFounders(FOUNDERS.keySet());
    }

    private static VoterGreeting.Builder member(int id, QuorumVoter... voters) {
        var greeting = fresh(id).setQuorumId(UuidBytes.toBytes(QUORUM));
        List.of(voters).forEach(voter -> greeting.addVoters(VoterMessages.message(voter)));
        return greeting;
    }

    private static QuorumVoter voter(int id) {
        return new QuorumVoter(id, "storage" + id, FOUNDERS.get(id));
    }
}
