package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.v1.ElectedLeader;
import io.kontiki.storage.Disk;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file of a log that tells its topic, {@code partition.metadata}, is damaged while the node is down. */
class DamagedIdentitySimTest {
    private static final int PARTITIONS = 3;
    private static final String TOPIC_ID = "topic_id: ";

    /** What the others claim holds, and what is there to be mended is neither set aside nor taken for lost. */
    @ParameterizedTest
    @CsvSource({"true, #", "true, A", "false, #", "false, A"})
    void damagedIdentityCostsNoOtherPartitionItsLeader(boolean inOrder, char wrong) {
        Scenario scenario = lastReplica();
        if (inOrder) {
            scenario.node(1).stopInOrder();
        } else {
            scenario.crash(1);
        }
        String identity = change(scenario, wrong);
        scenario.start(1).await("1 to be back", () -> scenario.usable(1)).runFor(10_000);
        assertThat(scenario.record().hasLeader()).isFalse();
        for (int number = 1; number < PARTITIONS; number++) {
            assertThat(record(scenario, number).leader()).isEqualTo(1);
        }
        assertThat(electUnclean(scenario).getError().getMessage()).startsWith("brokers [1] have not told");

        write(scenario, identity);
        scenario.await("the log", () -> scenario.holdsReplica(1));
        electUnclean(scenario);
        scenario.runFor(2_000);
        ElectedLeader elected = electUnclean(scenario);
        assertThat(elected.getLeader()).isEqualTo(1);
        assertThat(elected.getLostToOffset()).isEqualTo(elected.getLostFromOffset());
        scenario.awaitHealed();
        assertThat(scenario.acknowledged()).isEqualTo(5);
        scenario.healAndCheck();
    }

    @Test
    void logWithDamagedIdentityIsMadeAnewWhereAnotherOneLeads() {
        Scenario scenario = new Scenario(FlushMode.ACK).write(5).crash(1).awaitLeader(2);
        change(scenario, '#');
        scenario.start(1).awaitHealed();
        assertThat(scenario.node(1).disk().list("")).anyMatch(name -> name.endsWith(".stray"));
        scenario.healAndCheck();
    }

    private static Scenario lastReplica() {
        var options = SimulationOptions.scripted(FlushMode.ACK).withNodes(1, 1).withDirectories(1, PARTITIONS);
        return new Scenario(options).createTopic().awaitHealed().write(5);
    }

    private static PartitionRegistration record(Scenario scenario, int number) {
        TopicPartition id = new TopicPartition(scenario.cluster().partition().topicId(), number);
        return scenario.cluster().record(id).orElseThrow();
    }

    /**
     * @param wrong first character of the id: of another one, or of none
     * @return what was there
     */
    private static String change(Scenario scenario, char wrong) {
        String text = new String(disk(scenario).readSmall(file(scenario), 1_000), StandardCharsets.UTF_8);
        int at = text.indexOf(TOPIC_ID) + TOPIC_ID.length();
        char right = text.charAt(at);
        char other = wrong == right ? (char) (right + 1) : wrong;
        write(scenario, text.substring(0, at) + other + text.substring(at + 1));
        return text;
    }

    private static void write(Scenario scenario, String identity) {
        disk(scenario).writeAtomically(file(scenario), identity.getBytes(StandardCharsets.UTF_8));
    }

    private static String file(Scenario scenario) {
        return disk(scenario).list("").stream()
                        .filter(name -> name.endsWith("-0"))
                        .findFirst()
                        .orElseThrow()
                + "/partition.metadata";
    }

    private static Disk disk(Scenario scenario) {
        return scenario.node(1).disk();
    }

    private static ElectedLeader electUnclean(Scenario scenario) {
        Operator operator = scenario.cluster().operator();
        operator.electUnclean(scenario.cluster().partition(), List.of());
        scenario.await("an answer", () -> operator.told().isPresent());
        return operator.told().orElseThrow().getElected().getPartitions(0);
    }
}
