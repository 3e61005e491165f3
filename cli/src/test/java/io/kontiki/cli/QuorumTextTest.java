package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.QuorumDescription;
import io.kontiki.client.QuorumMember;
import io.kontiki.client.QuorumMember.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuorumTextTest {
    private static QuorumDescription quorum(OptionalInt leader, List<QuorumMember> voters) {
        var members = new ArrayList<>(voters);
        members.add(member(9, Role.OBSERVER, ""));
        return new QuorumDescription("q", 3, leader, members);
    }

    private static QuorumMember member(int id, Role role, String problem) {
        return new QuorumMember(id, role, "", "", OptionalLong.empty(), "", problem);
    }

    private static List<QuorumMember> healthy(int voters) {
        return IntStream.rangeClosed(1, voters)
                .mapToObj(id -> member(id, Role.VOTER, ""))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void oddNumberOfVotersNeedsNoAdvice(int voters) {
        assertThat(QuorumText.advice(quorum(OptionalInt.of(1), healthy(voters))))
                .isEmpty();
    }

    @Test
    void evenNumberOfVotersIsWarnedOf() {
        assertThat(QuorumText.advice(quorum(OptionalInt.of(1), healthy(2))))
                .hasValueSatisfying(text -> assertThat(text).contains("the loss of either stops the cluster"));
        assertThat(QuorumText.advice(quorum(OptionalInt.of(1), healthy(4))))
                .hasValueSatisfying(
                        text -> assertThat(text).contains("four voters bear the loss of no more than three do"));
    }

    @Test
    void quorumWithoutAMajoritySaysWhomToStart() {
        var voters = List.of(
                member(1, Role.VOTER, "does not answer"),
                member(2, Role.VOTER, ""),
                member(3, Role.VOTER, "does not answer"));

        assertThat(QuorumText.standstill(quorum(OptionalInt.empty(), voters)))
                .hasValue("the quorum has no leader: 1 of 3 voters answer and 2 are needed. Nothing of the metadata can"
                        + " change until then. Start broker 1 or 3");
        assertThat(QuorumText.standstill(quorum(OptionalInt.of(2), voters))).isEmpty();
        assertThat(QuorumText.standstill(quorum(OptionalInt.empty(), healthy(3))))
                .hasValueSatisfying(text -> assertThat(text).contains("they elect one now"));
    }
}
