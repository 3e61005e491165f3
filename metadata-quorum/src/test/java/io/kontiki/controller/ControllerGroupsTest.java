package io.kontiki.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.command.TestQuorum;
import io.kontiki.proto.internal.v1.ChangeGroup;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommitGroupOffsets;
import io.kontiki.proto.internal.v1.DeleteGroup;
import io.kontiki.proto.internal.v1.DeleteGroupOffsets;
import io.kontiki.proto.internal.v1.GroupCommit;
import io.kontiki.proto.internal.v1.ProposeRequest;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the coordinators of groups propose becomes a command as it is, with the controller's term and time. */
class ControllerGroupsTest {
    private static final Now NOW = new Now(1_700_000_000_000L, 5);

    private final TestQuorum quorum = TestQuorum.withBrokers(1, 2, 3);
    private final Controller controller = new Controller(
            ControllerConfig.defaults(TestQuorum.CLUSTER), TestQuorum.TERM, quorum.image(), new Random(1), NOW);

    private Command prepared(ProposeRequest.Builder request) {
        var prepared = controller.prepare(
                request.setClusterId(TestQuorum.CLUSTER).setFromBrokerId(2).build(), quorum.image(), NOW);
        return ((Prepared.Submit) prepared).command();
    }

    private static Command.Builder stamped() {
        return Command.newBuilder().setControllerTerm(TestQuorum.TERM).setTimestampMs(NOW.epochMillis());
    }

    @Test
    void eachCommandOfGroupsIsPassedOn() {
        var change = ChangeGroup.newBuilder().setGroupId("g").setSlotEpoch(3);
        var commits = CommitGroupOffsets.newBuilder()
                .addCommits(GroupCommit.newBuilder().setGroupId("g").setSlotEpoch(3));
        var deletion = DeleteGroup.newBuilder().setGroupId("g").setSlotEpoch(3);
        var offsets = DeleteGroupOffsets.newBuilder().setGroupId("g").setSlotEpoch(3);

        assertThat(prepared(ProposeRequest.newBuilder().setChangeGroup(change)))
                .isEqualTo(stamped().setChangeGroup(change).build());
        assertThat(prepared(ProposeRequest.newBuilder().setCommitGroupOffsets(commits)))
                .isEqualTo(stamped().setCommitGroupOffsets(commits).build());
        assertThat(prepared(ProposeRequest.newBuilder().setDeleteGroup(deletion)))
                .isEqualTo(stamped().setDeleteGroup(deletion).build());
        assertThat(prepared(ProposeRequest.newBuilder().setDeleteGroupOffsets(offsets)))
                .isEqualTo(stamped().setDeleteGroupOffsets(offsets).build());
    }
}
