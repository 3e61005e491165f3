package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.cli.DoctorFinding.Fault;
import io.kontiki.cli.DoctorFinding.Severity;
import io.kontiki.client.BrokerInfo;
import io.kontiki.client.ClusterDescription;
import io.kontiki.client.CommittedOffset;
import io.kontiki.client.GroupInfo;
import io.kontiki.client.GroupMemberInfo;
import io.kontiki.client.GroupState;
import io.kontiki.client.LogDirInfo;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.QuorumDescription;
import io.kontiki.client.QuorumMember;
import io.kontiki.client.ReassignmentInfo;
import io.kontiki.client.TopicInfo;
import io.kontiki.client.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** One planted fault each, in a cluster of three that is well otherwise. */
class DoctorDiagnosisTest {
    private final List<BrokerInfo> brokers = new ArrayList<>(List.of(broker(1), broker(2), broker(3)));
    private final List<PartitionInfo> partitions = new ArrayList<>();
    private final List<QuorumMember> members =
            new ArrayList<>(List.of(voter(1, true, ""), voter(2, false, ""), voter(3, false, "")));
    private final List<LogDirInfo> dirs = new ArrayList<>();
    private final Map<Integer, String> silent = new TreeMap<>();
    private final Map<TopicPartition, ReassignmentInfo> moving = new HashMap<>();
    private final List<DoctorFacts.Group> groups = new ArrayList<>();
    private final Map<Integer, DoctorFacts.Clock> clocks = new TreeMap<>();
    private OptionalInt leader = OptionalInt.of(1);

    DoctorDiagnosisTest() {
        for (int i = 0; i < 6; i++) {
            int first = 1 + i % 3;
            partitions.add(partition(i, first, List.of(first, 1 + first % 3), List.of(first, 1 + first % 3)));
        }
        brokers.forEach(broker -> dirs.add(dir(broker.id(), LogDirInfo.State.ONLINE, "", 60)));
        groups.add(group("billing", 2, 10, 3));
        brokers.forEach(broker -> clocks.put(broker.id(), new DoctorFacts.Clock(-80_000_000, 3)));
    }

    @Test
    void clusterThatIsWellHasNoFindings() {
        assertThat(findings()).isEmpty();
    }

    @Test
    void quorumWithoutALeader() {
        leader = OptionalInt.empty();
        members.set(0, voter(1, false, "does not answer"));
        members.set(1, voter(2, false, "does not answer"));

        assertThat(only(Fault.NO_QUORUM_LEADER).what()).contains("1 of 3 voters answer and 2 are needed");
        assertThat(findings().get(0).fault()).isEqualTo(Fault.NO_QUORUM_LEADER);
        assertThat(found(Fault.VOTER_LOST)).hasSize(2);
    }

    @Test
    void lostVoter() {
        members.set(1, voter(2, false, "does not answer at host2:9392: connection refused"));
        assertThat(alone(Fault.VOTER_LOST).advice()).startsWith("Start it").contains("kontiki quorum replace 2");

        // It runs, so a start is no help.
        members.set(1, voter(2, false, "runs without this storage; if that is lost: kontiki quorum replace 2"));
        var finding = alone(Fault.VOTER_LOST);
        assertThat(finding.what()).isEqualTo("voter 2 runs without this storage");
        assertThat(finding.advice()).isEqualTo("If what it had is lost for good: kontiki quorum replace 2");
    }

    @Test
    void fencedBrokerIsToldBeforeWhatItCauses() {
        brokers.set(2, new BrokerInfo(3, "host3", 9392, Optional.empty(), 1, true, false));
        dirs.remove(2);
        // Broker 3 led 2 and 5, and followed in 1 and 4.
        partitions.set(2, partition(2, 1, List.of(3, 1), List.of(1)));
        partitions.set(5, partition(5, 1, List.of(3, 1), List.of(1)));

        assertThat(findings())
                .extracting(DoctorFinding::fault)
                .containsExactly(Fault.BROKER_DOWN, Fault.UNDER_REPLICATED);
        assertThat(only(Fault.BROKER_DOWN).what())
                .contains("broker 3 at host3:9392 is fenced", "holds replicas of 4 partitions");
        assertThat(only(Fault.BROKER_DOWN).severity()).isEqualTo(Severity.CRITICAL);
        assertThat(only(Fault.BROKER_DOWN).advice())
                .contains("kontiki quorum remove 3, then kontiki broker decommission 3");
        assertThat(only(Fault.UNDER_REPLICATED).what())
                .isEqualTo("orders:2, orders:5 have replicas out of sync, on broker 3 with 2");
        assertThat(only(Fault.UNDER_REPLICATED).advice()).contains("catch up by themselves");
    }

    @Test
    void brokerThatWasStoppedIsNoAlarm() {
        brokers.set(2, new BrokerInfo(3, "host3", 9392, Optional.empty(), 1, true, true));

        assertThat(alone(Fault.BROKER_DOWN).severity()).isEqualTo(Severity.WARNING);
    }

    @Test
    void brokerThatDoesNotAnswer() {
        silent.put(2, "connection refused");

        assertThat(alone(Fault.BROKER_SILENT).what())
                .isEqualTo("broker 2 counts as running, but does not answer: connection refused");
    }

    @Test
    void offlinePartition() {
        brokers.set(2, new BrokerInfo(3, "host3", 9392, Optional.empty(), 1, true, false));
        partitions.set(2, new PartitionInfo(2, OptionalInt.empty(), 1, 1, List.of(3), List.of(), List.of(3), 1));

        var finding = only(Fault.OFFLINE_PARTITIONS);
        assertThat(finding.what()).startsWith("orders:2 has no leader");
        assertThat(finding.advice()).startsWith("Start broker 3.");
        assertThat(found(Fault.UNDER_REPLICATED)).isEmpty();

        partitions.set(1, partition(1, 2, List.of(2, 3), List.of(2)));
        assertThat(only(Fault.UNDER_REPLICATED).what())
                .isEqualTo("orders:1 has replicas out of sync, on broker 3 with 1");
    }

    /** As while its process is stopped, or waits for its disk. */
    @Test
    void partitionsOfABrokerThatHangsAreNotGivenUp() {
        silent.put(3, "nobody answered within 2 s");
        partitions.set(2, new PartitionInfo(2, OptionalInt.empty(), 1, 1, List.of(3), List.of(), List.of(3), 1));
        partitions.set(4, partition(4, 2, List.of(2, 3), List.of(2)));

        assertThat(only(Fault.OFFLINE_PARTITIONS).advice())
                .startsWith("See why broker 3 does not answer")
                .doesNotContain("disk", "unclean");
        assertThat(only(Fault.UNDER_REPLICATED).advice()).contains("once their broker runs");
    }

    @Test
    void manyPartitionsAreOneFinding() {
        partitions.replaceAll(each -> new PartitionInfo(
                each.partition(), OptionalInt.empty(), 1, 1, each.replicas(), List.of(), List.of(), 1));

        assertThat(alone(Fault.OFFLINE_PARTITIONS).what())
                .startsWith("orders:0, orders:1, orders:2, orders:3, orders:4 and 1 more have no leader");
    }

    @Test
    void partitionUnderMinIsr() {
        partitions.set(0, new PartitionInfo(0, OptionalInt.of(1), 1, 1, List.of(1, 2), List.of(1), List.of(), 2));

        assertThat(only(Fault.UNDER_MIN_ISR).what()).contains("orders:0 has fewer in-sync replicas", "acks=all");
        assertThat(only(Fault.UNDER_MIN_ISR).severity()).isEqualTo(Severity.CRITICAL);
    }

    @Test
    void underReplicatedPartitionOfBrokersThatServe() {
        partitions.set(4, partition(4, 2, List.of(2, 3), List.of(2)));

        var finding = alone(Fault.UNDER_REPLICATED);
        assertThat(finding.what()).isEqualTo("orders:4 has replicas out of sync, on broker 3 with 1");
        assertThat(finding.advice()).contains("catching up");
    }

    @Test
    void replicaThatIsBeingAddedIsNotMissing() {
        partitions.set(4, partition(4, 2, List.of(2, 3, 1), List.of(2, 3)));
        moving.put(
                new TopicPartition("orders", 4),
                new ReassignmentInfo(
                        List.of(2, 3, 1), List.of(1), List.of(), List.of(2, 3), OptionalLong.empty(), Map.of()));

        assertThat(findings()).isEmpty();
    }

    @Test
    void moveToABrokerThatIsNotThere() {
        replicaThatIsBeingAddedIsNotMissing();
        silent.put(1, "connection refused");

        assertThat(findings()).extracting(DoctorFinding::fault).containsExactly(Fault.BROKER_SILENT, Fault.MOVE_WAITS);
        assertThat(only(Fault.MOVE_WAITS).what())
                .isEqualTo("the move of orders:4 stands still: broker 1 is to hold it and not there");
        assertThat(only(Fault.MOVE_WAITS).advice())
                .isEqualTo("Start broker 1, or put the replicas back: kontiki partition reassign --cancel");
    }

    @Test
    void replicaOnAnUnknownBroker() {
        partitions.set(4, partition(4, 2, List.of(2, 9), List.of(2, 9)));

        assertThat(alone(Fault.UNKNOWN_BROKER).what())
                .isEqualTo("1 partition has a replica on broker 9, which is not registered");
    }

    @Test
    void leadersThatAreNotWhereTheyBelong() {
        for (int i = 0; i < 4; i++) {
            partitions.set(i, partition(i, 2, List.of(1, 2), List.of(1, 2)));
        }

        var finding = alone(Fault.UNBALANCED_LEADERS);
        assertThat(finding.what()).startsWith("broker 1 is in sync but leads 0 of the 4 partitions that prefer it");
        assertThat(finding.advice()).contains("kontiki partition elect-leader");
    }

    @Test
    void logDirectoryThatFailed() {
        dirs.set(1, dir(2, LogDirInfo.State.OFFLINE, "Input/output error", 60));

        var finding = alone(Fault.LOG_DIR_OFFLINE);
        assertThat(finding.what()).isEqualTo("log directory /data of broker 2 is offline: Input/output error");
        assertThat(finding.severity()).isEqualTo(Severity.CRITICAL);
    }

    @Test
    void fullDiskAndOneThatFills() {
        dirs.set(0, dir(1, LogDirInfo.State.FULL, "", 0));
        assertThat(alone(Fault.LOG_DIR_FULL).what()).contains("/data of broker 1 is full: nothing is appended there");

        dirs.set(0, dir(1, LogDirInfo.State.ONLINE, "", 14));
        assertThat(alone(Fault.LOG_DIR_FILLS).severity()).isEqualTo(Severity.WARNING);
        dirs.set(0, dir(1, LogDirInfo.State.ONLINE, "", 4));
        assertThat(alone(Fault.LOG_DIR_FILLS).severity()).isEqualTo(Severity.CRITICAL);
        assertThat(alone(Fault.LOG_DIR_FILLS).what()).endsWith("left, 4 %");
        dirs.set(0, dir(1, LogDirInfo.State.ONLINE, "", 16));
        assertThat(findings()).isEmpty();
    }

    @Test
    void groupThatFallsBehind() {
        groups.add(group("slow", 1, 5_000, 301));

        var finding = alone(Fault.GROUP_LAGS);
        assertThat(finding.what()).isEqualTo("group slow is 5000 records behind, the oldest for 301 s, with 1 member");
        assertThat(finding.advice()).contains("kontiki group lag slow");
    }

    @Test
    void groupThatNobodyServes() {
        groups.add(group("left", 0, 1, 1));
        assertThat(alone(Fault.GROUP_WITHOUT_MEMBERS).what())
                .isEqualTo("group left has no members and is 1 record behind, the oldest for 1 s");

        groups.set(1, group("done", 0, 0, 0));
        assertThat(findings()).isEmpty();
    }

    @Test
    void groupOfWhichNothingIsKnown() {
        var info = new GroupInfo("lost", GroupState.EMPTY, 0, Optional.empty(), OptionalInt.empty());
        groups.add(DoctorFacts.Group.unknown(info, Optional.empty()));
        assertThat(alone(Fault.GROUP_WITHOUT_COORDINATOR).subject()).isEqualTo("group lost");

        var led = new GroupInfo("mute", GroupState.STABLE, 1, Optional.empty(), OptionalInt.of(1));
        groups.set(1, DoctorFacts.Group.unknown(led, Optional.of("timed out")));
        assertThat(alone(Fault.GROUP_UNREADABLE).what()).endsWith("group mute is behind is not known: timed out");
    }

    @Test
    void groupThatReadsNothing() {
        groups.add(idle("typing", List.of("orders", "ordres"), Optional.empty()));
        var finding = alone(Fault.GROUP_READS_NOTHING);
        assertThat(finding.subject()).isEqualTo("group typing");
        assertThat(finding.what())
                .isEqualTo("group typing has 1 member and no partition: it subscribes to ordres, which does not exist");

        groups.set(1, idle("typing", List.of(), Optional.of("ordr.*")));
        assertThat(alone(Fault.GROUP_READS_NOTHING).what()).endsWith("no topic fits ordr.*");
    }

    @Test
    void clocksThatAreSurelyApart() {
        clocks.put(2, new DoctorFacts.Clock(-80_000_000 + 1_600, 3));
        assertThat(alone(Fault.CLOCK_SKEW).what())
                .startsWith("the clock of broker 2 is at least 1594 ms ahead of that of broker 1:");
        assertThat(alone(Fault.CLOCK_SKEW).subject()).isEqualTo("broker 2");

        // Whose clock is right of three that differ, nobody knows.
        clocks.put(3, new DoctorFacts.Clock(-80_000_000 - 1_600, 3));
        assertThat(alone(Fault.CLOCK_SKEW).subject()).isEqualTo("brokers 3 and 2");
        clocks.put(3, clocks.get(1));

        // It may be the slow answer.
        clocks.put(2, new DoctorFacts.Clock(-80_000_000 + 1_600, 700));
        assertThat(findings()).isEmpty();
    }

    @Test
    void imagesThatDiffer() {
        var other = members.get(2);
        members.set(
                2, new QuorumMember(3, other.role(), other.memberId(), other.address(), OptionalLong.of(50), "cd", ""));

        assertThat(alone(Fault.IMAGES_DIFFER).what())
                .isEqualTo("brokers 1 and 3 have different metadata at the same index 50");
    }

    @Test
    void singleCopyIsANotice() {
        partitions.add(partition(6, 1, List.of(1), List.of(1)));

        var finding = alone(Fault.SINGLE_COPY);
        assertThat(finding.isProblem()).isFalse();
        assertThat(finding.what()).startsWith("topic orders has partitions with one replica");
        brokers.subList(1, 3).clear();
        partitions.clear();
        partitions.add(partition(0, 1, List.of(1), List.of(1)));
        assertThat(found(Fault.SINGLE_COPY)).isEmpty();
    }

    @Test
    void tooFewVotersAreANotice() {
        members.remove(2);
        assertThat(alone(Fault.FEW_VOTERS).what()).isEqualTo("the quorum has 2 voters");
        members.remove(1);
        assertThat(alone(Fault.FEW_VOTERS).what()).startsWith("one voter alone");
    }

    private List<DoctorFinding> findings() {
        var topics = List.of(new TopicInfo(new UUID(1, 1), "orders", partitions, Map.of()));
        var cluster = new ClusterDescription("c", 50, brokers, leader, List.of(1, 2, 3), 1, partitions.size(), 0, 0);
        return DoctorDiagnosis.of(new DoctorFacts(
                cluster, topics, new QuorumDescription("q", 3, leader, members), dirs, silent, moving, groups, clocks));
    }

    private List<DoctorFinding> found(Fault fault) {
        return findings().stream().filter(finding -> finding.fault() == fault).toList();
    }

    private DoctorFinding only(Fault fault) {
        assertThat(found(fault)).as("%s of %s", fault, findings()).hasSize(1);
        return found(fault).get(0);
    }

    /** The one finding, and nothing beside. */
    private DoctorFinding alone(Fault fault) {
        assertThat(findings()).extracting(DoctorFinding::fault).containsExactly(fault);
        return findings().get(0);
    }

    private static BrokerInfo broker(int id) {
        return new BrokerInfo(id, "host" + id, 9392, Optional.empty(), 1, false, false);
    }

    private static PartitionInfo partition(int number, int leader, List<Integer> replicas, List<Integer> isr) {
        return new PartitionInfo(number, OptionalInt.of(leader), 1, 1, replicas, isr, List.of(), 1);
    }

    private static QuorumMember voter(int id, boolean leads, String problem) {
        return new QuorumMember(
                id,
                leads ? QuorumMember.Role.LEADER : QuorumMember.Role.VOTER,
                id + "-a",
                "host" + id + ":9393",
                problem.isEmpty() ? OptionalLong.of(50) : OptionalLong.empty(),
                problem.isEmpty() ? "ab" : "",
                problem);
    }

    private static LogDirInfo dir(int broker, LogDirInfo.State state, String reason, int percentFree) {
        long total = 1L << 40;
        return new LogDirInfo(
                broker,
                "/data",
                Optional.empty(),
                state,
                reason,
                OptionalLong.of(Math.round(total * percentFree / 100.0)),
                OptionalLong.of(total),
                List.of());
    }

    private static DoctorFacts.Group group(String id, int members, long records, long seconds) {
        long now = 1_000_000_000_000L;
        var info = new GroupInfo(
                id, members == 0 ? GroupState.EMPTY : GroupState.STABLE, members, Optional.empty(), OptionalInt.of(1));
        var lag = new PartitionLag(
                id,
                new TopicPartition("orders", 0),
                Optional.of(CommittedOffset.of(7)),
                0,
                7 + records,
                7 + records,
                records == 0 ? OptionalLong.empty() : OptionalLong.of(now - 1000 * seconds),
                Optional.empty(),
                now);
        return new DoctorFacts.Group(info, List.of(), List.of(lag), Optional.empty());
    }

    private static DoctorFacts.Group idle(String id, List<String> topics, Optional<String> pattern) {
        var member = new GroupMemberInfo(
                "m", Optional.empty(), "c", "host", topics, pattern, 1, Set.of(), Set.of(), Duration.ofSeconds(45));
        var info = new GroupInfo(id, GroupState.STABLE, 1, Optional.empty(), OptionalInt.of(1));
        return new DoctorFacts.Group(info, List.of(member), List.of(), Optional.empty());
    }
}
