package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kontiki.client.NewTopic;
import io.kontiki.faults.DoctorCommand.Finding;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.FileTree;
import io.kontiki.localcluster.FreePorts;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Faults planted one after the other in a live cluster of four brokers, of which three vote: the doctor names each one,
 * with what it causes and nothing else, and is content after the repair that it advises.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class DoctorIT extends DoctorCluster {
    @Test
    void brokerThatWasStopped() throws Exception {
        faults.createTopic("safe", List.of(List.of(1, 4)));

        faults.stopVictim();

        List<Finding> found =
                faults.doctor().await("warning BROKER_DOWN broker 4", "warning UNDER_REPLICATED 1 partition");
        assertThat(found.get(0).what()).contains("was stopped; it holds replicas of 1 partition");
        assertThat(found.get(0).advice()).startsWith("Start it again");
        faults.startAll();
        faults.doctor().await();
        assertThat(faults.log())
                .as("log of broker 4")
                .anyMatch(line -> has(line, "message", "\"Broker 4 stops\""))
                .anyMatch(line -> has(line, "partition", "\"safe-0\"")
                        && has(line, "role", "\"FOLLOWER\"")
                        && has(line, "broker", "4")
                        && line.get("epoch").getAsInt() >= 0);
    }

    private static boolean has(JsonObject line, String field, String value) {
        return line.has(field) && line.get(field).toString().equals(value);
    }

    /** The cause comes first among what is equally bad, and each consequence has its own next step. */
    @Test
    void brokerThatWasKilledAndAllThatItCauses() throws Exception {
        faults.createTopic("alone", List.of(List.of(4)));
        faults.createTopic(NewTopic.named("pair").withConfig("min.insync.replicas", "2"), List.of(List.of(1, 4)));
        faults.createTopic("moved", List.of(List.of(1, 2)));

        faults.victim().kill();
        faults.doctor().print(DoctorCommand.DONE, "partition", "reassign", "moved:0=1,4");

        List<Finding> found = faults.doctor()
                .await(
                        "critical BROKER_DOWN broker 4",
                        "critical OFFLINE_PARTITIONS 1 partition",
                        "critical UNDER_MIN_ISR 1 partition",
                        "warning UNDER_REPLICATED 1 partition",
                        "warning MOVE_WAITS 1 partition",
                        "notice SINGLE_COPY 1 topic");
        assertThat(found.get(0).advice()).contains("kontiki broker decommission 4");
        assertThat(found.get(1).what()).startsWith("alone:0 has no leader");
        assertThat(found.get(1).advice()).startsWith("Start broker 4.");
        assertThat(found.get(2).what()).startsWith("pair:0 has fewer in-sync replicas than min.insync.replicas");
        assertThat(found.get(3).what()).isEqualTo("pair:0 has replicas out of sync, on broker 4 with 1");
        assertThat(found.get(4).what()).startsWith("the move of moved:0 stands still: broker 4");
        assertThat(faults.doctor().print(DoctorCommand.PROBLEMS_FOUND, "doctor"))
                .startsWith("critical: broker 4 at ")
                .contains("\ncritical: alone:0 has no leader", "\nwarning: the move of moved:0 stands still");
        assertThat(faults.doctor().print(DoctorCommand.DONE, "meta", "get", "/brokers/ids/4"))
                .contains("\"fenced\":true");
        assertThat(faults.doctor().print(DoctorCommand.DONE, "meta", "ls", "/brokers/ids"))
                .isEqualTo("1\n2\n3\n4");
        assertThat(faults.doctor().print(DoctorCommand.DONE, "meta", "get", "/brokers/topics/alone/partitions/0/state"))
                .contains("\"leader\":null");
        assertThat(faults.doctor().print(DoctorCommand.DONE, "meta", "get", "/admin/reassign_partitions"))
                .contains("\"moved\"");

        faults.startAll();
        faults.doctor().await("notice SINGLE_COPY 1 topic");
    }

    @Test
    void brokerThatStandsStill() throws Exception {
        faults.victim().pause();
        try {
            assertThat(faults.doctor()
                            .await("critical BROKER_DOWN broker 4")
                            .get(0)
                            .what())
                    .contains("is fenced: the controller does not hear from it");
        } finally {
            faults.victim().resume();
        }
        faults.doctor().await();
    }

    /** It reaches the controller, but nobody reaches it. */
    @Test
    void brokerThatAdvertisesAWrongAddress() throws Exception {
        String wrong = "localhost:" + FreePorts.find(1).get(0);
        faults.stopVictim();
        faults.victim().set("advertised.listeners", "GRPC://" + wrong);
        faults.victim().start();
        try {
            Finding found =
                    faults.doctor().await("critical BROKER_SILENT broker 4").get(0);
            assertThat(found.what())
                    .startsWith("broker 4 counts as running, but does not answer")
                    .endsWith(wrong);
            assertThat(found.advice()).contains("advertised.listeners");
        } finally {
            faults.stopVictim();
            faults.victim()
                    .set("advertised.listeners", "GRPC://" + faults.victim().endpoint());
            faults.startAll();
        }
        faults.doctor().await();
    }

    @Test
    void leadersThatStayedAway() throws Exception {
        faults.createTopic("wide", List.of(List.of(4, 1), List.of(4, 2), List.of(4, 3), List.of(4, 1)));

        faults.stopVictim();
        faults.startAll();

        Finding found =
                faults.doctor().await("warning UNBALANCED_LEADERS broker 4").get(0);
        assertThat(found.what()).startsWith("broker 4 is in sync but leads 0 of the 4 partitions that prefer it");
        assertThat(found.advice()).endsWith("kontiki partition elect-leader");
        faults.doctor().print(DoctorCommand.DONE, "partition", "elect-leader");
        faults.doctor().await();
    }

    @Test
    void voterThatLostItsMetadataLog() throws Exception {
        BrokerProcess voter = faults.brokers().broker(3);
        voter.kill();
        FileTree.delete(voter.dataDirectory().resolve("quorum"));
        voter.start();

        Finding found = faults.doctor().await("warning VOTER_LOST broker 3").get(0);
        assertThat(found.what()).startsWith("voter 3 ");
        assertThat(found.advice()).contains("kontiki quorum replace 3");
        assertThat(faults.doctor().print(DoctorCommand.PROBLEMS_FOUND, "quorum", "status"))
                .contains("kontiki quorum replace 3");
        faults.doctor().print(DoctorCommand.DONE, "quorum", "replace", "3");
        faults.doctor().await();
        faults.doctor().print(DoctorCommand.DONE, "quorum", "status");
    }

    @Test
    void quorumWithoutAMajority() throws Exception {
        // At once, so that no majority is left that would fence the first of them.
        faults.brokers().broker(2).pause();
        faults.brokers().broker(3).pause();
        faults.brokers().broker(2).kill();
        faults.brokers().broker(3).kill();

        List<Finding> found = faults.doctor()
                .await(
                        "critical NO_QUORUM_LEADER quorum",
                        "critical BROKER_SILENT broker 2",
                        "critical BROKER_SILENT broker 3",
                        "warning VOTER_LOST broker 2",
                        "warning VOTER_LOST broker 3");
        assertThat(found.get(0).what()).contains("1 of 3 voters answer and 2 are needed", "Start broker 2 or 3");
        assertThat(faults.doctor().print(DoctorCommand.PROBLEMS_FOUND, "quorum", "status"))
                .contains("does not answer");
        assertThat(faults.doctor().print(DoctorCommand.DONE, "meta", "get", "/controller"))
                .contains("null");

        faults.startAll();
        faults.doctor().await();
    }
}
