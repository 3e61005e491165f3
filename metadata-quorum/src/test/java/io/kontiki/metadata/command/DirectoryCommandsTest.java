package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AlterPartition;
import io.kontiki.proto.internal.v1.AlterPartitions;
import io.kontiki.proto.internal.v1.AssignDirectories;
import io.kontiki.proto.internal.v1.AssignDirectory;
import io.kontiki.proto.internal.v1.AssignDirectoryReply;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.FailDirectories;
import io.kontiki.proto.internal.v1.FailReplicas;
import io.kontiki.proto.internal.v1.FailReplicas.FailedReplica;
import io.kontiki.proto.internal.v1.IsrMember;
import io.kontiki.proto.internal.v1.PartitionReply;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Brokers 1 and 2, two directories each; one topic on both, led by broker 1. */
class DirectoryCommandsTest {
    private static final RestartClaim CLEAN = RestartClaim.RESTART_CLAIM_CLEAN;

    private final TestQuorum quorum = TestQuorum.withBrokers();
    private UUID topic;

    private static UUID first(int broker) {
        return TestQuorum.directory(broker);
    }

    private static UUID second(int broker) {
        return new UUID(broker, 77);
    }

    private static RegisterBroker.Builder run(int broker, int run) {
        return TestQuorum.run(broker, run, CLEAN).addDirectoryIds(UuidBytes.toBytes(second(broker)));
    }

    @BeforeEach
    void start() {
        for (int broker : List.of(1, 2)) {
            quorum.register(run(broker, 1));
            quorum.unfence(broker);
        }
        topic = quorum.topic(1, List.of(1, 2), Map.of());
    }

    private AssignDirectoryReply assign(int broker, UUID directory, UUID expected) {
        var replica = AssignDirectory.newBuilder()
                .setTopicId(UuidBytes.toBytes(topic))
                .setDirectoryId(UuidBytes.toBytes(directory))
                .setExpectedDirectoryId(
                        expected.equals(PartitionRegistration.UNASSIGNED)
                                ? ByteString.EMPTY
                                : UuidBytes.toBytes(expected));
        return quorum.accept(Command.newBuilder()
                        .setAssignDirectories(AssignDirectories.newBuilder()
                                .setBrokerId(broker)
                                .setBrokerEpoch(quorum.epoch(broker))
                                .addReplicas(replica)))
                .getAssignDirectories()
                .getReplicas(0);
    }

    private AssignDirectoryReply assign(int broker, UUID directory) {
        return assign(broker, directory, PartitionRegistration.UNASSIGNED);
    }

    /** Found by random commands: there and back in one command would be told as a change that there is not. */
    @Test
    void aCommandNamesAReplicaOnce() {
        var there = AssignDirectory.newBuilder()
                .setTopicId(UuidBytes.toBytes(topic))
                .setDirectoryId(UuidBytes.toBytes(first(1)));
        var back = AssignDirectory.newBuilder()
                .setTopicId(UuidBytes.toBytes(topic))
                .setDirectoryId(UuidBytes.toBytes(second(1)))
                .setExpectedDirectoryId(UuidBytes.toBytes(first(1)));
        var replies = quorum.accept(Command.newBuilder()
                        .setAssignDirectories(AssignDirectories.newBuilder()
                                .setBrokerId(1)
                                .setBrokerEpoch(quorum.epoch(1))
                                .addReplicas(there)
                                .addReplicas(back)))
                .getAssignDirectories();
        assertThat(replies.getReplicas(0).getMessage()).isEmpty();
        assertThat(replies.getReplicas(1).getMessage()).contains("is named more than once");
    }

    private CommandReply failDirectory(int broker, long epoch, UUID directory) {
        return quorum.apply(Command.newBuilder()
                .setFailDirectories(FailDirectories.newBuilder()
                        .setBrokerId(broker)
                        .setBrokerEpoch(epoch)
                        .addDirectoryIds(UuidBytes.toBytes(directory))));
    }

    private Command.Builder replicaFailed(int broker) {
        return Command.newBuilder()
                .setFailReplicas(FailReplicas.newBuilder()
                        .setBrokerId(broker)
                        .setBrokerEpoch(quorum.epoch(broker))
                        .addReplicas(FailedReplica.newBuilder().setVersion(quorum.version(topic))));
    }

    private PartitionReply accept(Command.Builder command) {
        return quorum.accept(command).getPartitions().getPartitions(0);
    }

    private void failReplica(int broker) {
        assertThat(accept(replicaFailed(broker)).getMessage()).isEmpty();
    }

    private PartitionRegistration record() {
        return quorum.partition(topic);
    }

    @Test
    void aNewReplicaIsInNoDirectoryUntilItsBrokerTells() {
        assertThat(record().directories()).containsOnly(PartitionRegistration.UNASSIGNED);
        int version = record().partitionEpoch();
        assign(2, second(2));
        assertThat(record().directoryOf(1)).isEqualTo(PartitionRegistration.UNASSIGNED);
        assertThat(record().directoryOf(2)).isEqualTo(second(2));
        assertThat(record().partitionEpoch()).isEqualTo(version);
    }

    @Test
    void anAssignmentIsComparedAndSetAndMayBeRepeated() { // Q2
        assign(1, first(1));
        assertThat(assign(1, second(1)).getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(assign(1, second(1), first(1)).getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(assign(1, second(1), first(1)).getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(record().directoryOf(1)).isEqualTo(second(1));
    }

    @Test
    void onlyARegisteredDirectoryIsAssigned() {
        assertThat(assign(1, first(2)).getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        assertThat(record().directoryOf(1)).isEqualTo(PartitionRegistration.UNASSIGNED);
    }

    @Test
    void aFailedDirectoryMovesLeadershipsAwayAndIsNoPlaceInSync() { // M10, M0
        assign(1, first(1));
        failDirectory(1, quorum.epoch(1), first(1));
        assertThat(record().leader()).isEqualTo(2);
        assertThat(record().isr()).containsExactly(2);
        assertThat(record().elr()).isEmpty();

        var reply = quorum.accept(Command.newBuilder()
                        .setAlterPartitions(AlterPartitions.newBuilder()
                                .setBrokerId(2)
                                .setBrokerEpoch(quorum.epoch(2))
                                .addPartitions(AlterPartition.newBuilder()
                                        .setTopicId(UuidBytes.toBytes(topic))
                                        .setLeaderEpoch(record().leaderEpoch())
                                        .setPartitionEpoch(record().partitionEpoch())
                                        .addIsr(member(2))
                                        .addIsr(member(1)))))
                .getAlterPartitions()
                .getPartitions(0);
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(reply.getMessage()).contains("directory is offline");
    }

    private IsrMember member(int broker) {
        return IsrMember.newBuilder()
                .setBrokerId(broker)
                .setBrokerEpoch(quorum.epoch(broker))
                .build();
    }

    @Test
    void aFailedDirectoryLeavesOtherDirectoriesAlone() {
        assign(1, first(1));
        failDirectory(1, quorum.epoch(1), second(1));
        assertThat(record().leader()).isEqualTo(1);
        assertThat(quorum.image().broker(1).orElseThrow().isOnline(second(1))).isFalse();
        assertThat(quorum.image().broker(1).orElseThrow().isOnline(first(1))).isTrue();
    }

    @Test
    void aReportOfAnEarlierRunIsRefused() {
        assign(1, first(1));
        var reply = failDirectory(1, quorum.epoch(1) - 1, first(1));
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_STALE_BROKER_EPOCH);
        assertThat(record().leader()).isEqualTo(1);
    }

    @Test
    void anAssignmentToADirectoryThatFailedMeanwhileEndsTheReplica() {
        failDirectory(1, quorum.epoch(1), second(1));
        assertThat(record().leader()).isEqualTo(1);
        assign(1, second(1));
        assertThat(record().isr()).containsExactly(2);
    }

    @Test
    void aFailedReplicaLeavesItsPartitionOnly() { // M10
        var other = quorum.topic(2, List.of(1, 2), Map.of());
        failReplica(1);
        assertThat(record().leader()).isEqualTo(2);
        assertThat(record().isr()).containsExactly(2);
        assertThat(quorum.partition(other).leader()).isEqualTo(1);
        var before = record();
        failReplica(1);
        assertThat(record()).isEqualTo(before);
    }

    private void giveWay(int broker) {
        quorum.accept(Command.newBuilder()
                .setFailReplicas(FailReplicas.newBuilder()
                        .setBrokerId(broker)
                        .setBrokerEpoch(quorum.epoch(broker))
                        .addReplicas(FailedReplica.newBuilder()
                                .setVersion(quorum.version(topic))
                                .setWithoutRoom(true))));
    }

    /** Two must be in sync; both are. */
    @Test
    void leaderWithoutRoomGivesWayAndStaysEligible() { // R11
        topic = quorum.topic(3, List.of(1, 2), Map.of("min.insync.replicas", "2"));
        giveWay(1);
        assertThat(record().leader()).isEqualTo(2);
        assertThat(record().isr()).containsExactly(2);
        assertThat(record().elr()).containsExactly(1);
        assertThat(record().lastKnown()).isEmpty();
        var before = record();
        giveWay(1);
        assertThat(record()).as("it does not lead").isEqualTo(before);
        quorum.fence(2);
        assertThat(record().leader()).isEqualTo(1);
        giveWay(1);
        assertThat(record().leader()).as("nobody else is there").isEqualTo(1);
        quorum.unfence(2);
        giveWay(1);
        assertThat(record().leader()).isEqualTo(2);
        assertThat(record().elr()).containsExactly(1);
    }

    @Test
    void aLateCopyOfAReportLeavesTheRepairedReplicaInSync() { // M0, Q2
        var report = replicaFailed(1);
        assertThat(accept(report).getMessage()).isEmpty();
        assertThat(accept(report).getMessage()).isEmpty();
        assertThat(quorum.alterIsr(topic, 1, 2).getMessage()).isEmpty();
        var before = record();
        assertThat(before.isr()).containsExactly(1, 2);

        var reply = accept(report);

        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(reply.getMessage())
                .contains("partition_epoch is ")
                .contains("the record is at " + before.partitionEpoch());
        assertThat(record()).isEqualTo(before);
        failReplica(1);
        assertThat(record().isr()).containsExactly(2);
    }

    @Test
    void aReportOfSeveralReplicasIsJudgedOneByOne() { // M0
        var other = quorum.topic(2, List.of(1, 2), Map.of());
        var stale = quorum.version(topic).toBuilder().setPartitionEpoch(record().partitionEpoch() + 1);
        var replies = quorum.accept(Command.newBuilder()
                        .setFailReplicas(FailReplicas.newBuilder()
                                .setBrokerId(1)
                                .setBrokerEpoch(quorum.epoch(1))
                                .addReplicas(FailedReplica.newBuilder().setVersion(stale))
                                .addReplicas(FailedReplica.newBuilder().setVersion(quorum.version(other)))))
                .getPartitions();
        assertThat(replies.getPartitions(0).getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(replies.getPartitions(1).getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(record().isr()).containsExactly(1, 2);
        assertThat(quorum.partition(other).isr()).containsExactly(2);
    }

    @Test
    void theLastReplicaThatFailsIsKnownButNotElected() {
        failReplica(2);
        failReplica(1);
        assertThat(record().hasLeader()).isFalse();
        assertThat(record().lastKnown()).contains(1);
        assertThat(record().elr()).isEmpty();
    }

    /** Both stop in order; nobody is in sync, the last to go stays eligible. */
    private void stopAll() {
        quorum.shutDown(2);
        quorum.shutDown(1);
    }

    private boolean leadsAgain(RegisterBroker.Builder next) {
        quorum.register(next);
        quorum.unfence(1);
        return record().hasLeader();
    }

    @Test
    void aCleanStopKeepsThePlaceOfAReplicaWhoseDirectoryIsBack() { // M1
        assign(1, second(1));
        stopAll();
        assertThat(leadsAgain(run(1, 2))).isTrue();
    }

    @Test
    void aMissingDirectoryIsAnException() { // M1, K-14139
        assign(1, second(1));
        stopAll();
        assertThat(leadsAgain(TestQuorum.run(1, 2, CLEAN))).isFalse();
    }

    @Test
    void aMissingDirectoryIsNoExceptionForReplicasElsewhere() {
        assign(1, first(1));
        stopAll();
        assertThat(leadsAgain(TestQuorum.run(1, 2, CLEAN))).isTrue();
    }

    @Test
    void anUnassignedReplicaMayHaveBeenInTheMissingDirectory() { // K-16234
        stopAll();
        assertThat(leadsAgain(TestQuorum.run(1, 2, CLEAN))).isFalse();
    }

    @Test
    void aReplacedDirectoryIsAnException() {
        assign(1, second(1));
        stopAll();
        assertThat(leadsAgain(TestQuorum.run(1, 2, CLEAN).addDirectoryIds(UuidBytes.toBytes(new UUID(1, 78)))))
                .isFalse();
    }

    @Test
    void aDirectoryThatTheClaimDoesNotCoverIsAnException() { // R3
        assign(1, second(1));
        stopAll();
        assertThat(leadsAgain(run(1, 2).addUncoveredDirectoryIds(UuidBytes.toBytes(second(1)))))
                .isFalse();
    }

    @Test
    void aDirectoryThatFailedBeforeTheRestartIsNotTrustedAfterIt() { // R10
        failDirectory(1, quorum.epoch(1), second(1));
        quorum.register(run(1, 2));
        assertThat(quorum.image().broker(1).orElseThrow().isOnline(second(1))).isTrue();
        assertThat(record().elr()).doesNotContain(1);
    }

    @Test
    void registrationsWithoutOrWithTooManyDirectoriesAreRefused() {
        var none = quorum.register(TestQuorum.run(1, 2, CLEAN).clearDirectoryIds());
        assertThat(none.getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        assertThat(none.getMessage()).contains("directory_ids has 0 entries");
        var twice = quorum.register(run(1, 2).addDirectoryIds(UuidBytes.toBytes(second(1))));
        assertThat(twice.getMessage()).contains("twice");
        var malformed = quorum.register(run(1, 2).addDirectoryIds(ByteString.copyFromUtf8("short")));
        assertThat(malformed.getMessage()).contains("5 bytes");
    }
}
