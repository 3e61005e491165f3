package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.cli.output.ListFormat;
import io.kontiki.client.ErrorReason;
import io.kontiki.client.KontikiException;
import io.kontiki.client.LeaderElection;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicPartition;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is said of elections by hand, above all of those that cost records. */
class ElectionRowsTest {
    private static final TopicPartition ID = new TopicPartition("lossy", 0);
    private static final LeaderElection.Held LEADER = new LeaderElection.Held(4, OptionalInt.of(1), 102, 102, false);
    private static final LeaderElection.Held WITHOUT_LOG = new LeaderElection.Held(3, OptionalInt.empty(), 0, 0, true);

    private static ElectionRows.Row elected(long lostTo, List<Integer> notHeard, LeaderElection.Held... held) {
        return new ElectionRows.Row(
                ID,
                OptionalInt.empty(),
                new LeaderElection(OptionalInt.of(4), 5, Optional.empty(), List.of(held), 102, lostTo, notHeard),
                Set.of(9));
    }

    private static ElectionRows.Row refused(ErrorReason reason, List<Integer> notHeard) {
        return new ElectionRows.Row(
                ID,
                OptionalInt.empty(),
                new LeaderElection(
                        OptionalInt.empty(),
                        5,
                        Optional.of(new KontikiException(reason, "electing a leader of lossy:0: the reason")),
                        List.of(),
                        0,
                        0,
                        notHeard),
                Set.of());
    }

    private static String shown(ElectionRows.Row row, ListFormat format) {
        return ElectionRows.listing(true).render(List.of(row), format);
    }

    @Test
    void lossIsUnknownWhileSomebodyWasNotHeard() {
        for (long lostTo : List.of(102L, 150L)) {
            var row = elected(lostTo, List.of(3, 7, 9), LEADER, WITHOUT_LOG);
            assertThat(shown(row, ListFormat.TABLE))
                    .contains("4:102,3:log lost")
                    .contains("from 102 on, as far as broker 3 (log lost) or broker 7 (unregistered) or broker 9 (left"
                            + " out) had any")
                    .doesNotContain("none known");
            assertThat(shown(row, ListFormat.JSONL))
                    .contains("\"outcome\":\"elected\"", "\"notHeard\":[3,7,9]", "\"lostFromOffset\":102")
                    .contains("\"lostToOffset\":null", "\"logLost\":true");
            assertThat(ElectionRows.exitCode(List.of(row))).isEqualTo(ExitCode.RECORDS_LOST);
        }
    }

    @Test
    void knownLossIsNamed() {
        var row = elected(150, List.of(), LEADER);
        assertThat(shown(row, ListFormat.TABLE)).contains("102 to 149");
        assertThat(shown(row, ListFormat.JSONL)).contains("\"lostFromOffset\":102", "\"lostToOffset\":150");
        assertThat(ElectionRows.exitCode(List.of(row))).isEqualTo(ExitCode.RECORDS_LOST);
    }

    @Test
    void noLossIsKnownOnlyIfAllWereHeard() {
        var row = elected(102, List.of(), LEADER);
        assertThat(shown(row, ListFormat.TABLE)).contains("none known");
        assertThat(ElectionRows.exitCode(List.of(row))).isEqualTo(ExitCode.DONE);
    }

    @Test
    void refusalIsAWordInTheTableAndASentenceForPrograms() {
        var row = refused(ErrorReason.NOT_ENOUGH_REPLICAS, List.of());
        assertThat(shown(row, ListFormat.TABLE)).contains("refused").doesNotContain("reason");
        assertThat(shown(row, ListFormat.JSONL))
                .contains("\"outcome\":\"refused\"", "\"error\":\"NOT_ENOUGH_REPLICAS\"", "the reason")
                .contains("\"lostFromOffset\":null");
        assertThat(ElectionRows.exitCode(List.of(row))).isEqualTo(ExitCode.CONFLICT);
        assertThat(ElectionRows.exitCode(List.of(row, elected(102, List.of(3), LEADER))))
                .isEqualTo(ExitCode.PARTLY_DONE);
    }

    @Test
    void refusalNamesTheNextCommand() {
        var waiting = refused(ErrorReason.CONCURRENT_CHANGE, List.of(3, 7));
        assertThat(Leaderless.afterRefusal(waiting, offline(List.of()), true)).contains("--without 3,7");
        var refused = refused(ErrorReason.NOT_ENOUGH_REPLICAS, List.of());
        assertThat(Leaderless.afterRefusal(refused, offline(List.of()), true))
                .contains("kontiki partition reassign lossy:0=ID");
        assertThat(Leaderless.afterRefusal(refused, offline(List.of()), false))
                .contains("kontiki partition elect-leader --unclean lossy:0");
        for (boolean unclean : List.of(true, false)) {
            assertThat(Leaderless.afterRefusal(refused, offline(List.of(3)), unclean))
                    .contains("broker 3, eligible to lead")
                    .contains("kontiki broker unregister 3");
        }
    }

    private static PartitionInfo offline(List<Integer> elr) {
        return new PartitionInfo(0, OptionalInt.empty(), 5, 9, List.of(3, 4), List.of(), elr, 1);
    }
}
