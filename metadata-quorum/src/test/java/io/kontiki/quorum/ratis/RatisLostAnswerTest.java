package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.Endpoint;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.quorum.FreePorts;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.SampleCommands;
import io.kontiki.quorum.Submission;
import io.kontiki.quorum.Together;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connection ends while a voter answers: its leader does not learn that the entries have arrived (decision 31). */
class RatisLostAnswerTest {
    private static final String BEFORE_APPEND = "RaftServerImpl.appendEntries";

    @TempDir
    Path directory;

    private final List<Voter> voters = new ArrayList<>();
    private final AtomicBoolean cut = new AtomicBoolean();
    private Relay relay;

    @AfterEach
    void stop() throws IOException {
        CodeInjectionForTesting.remove(BEFORE_APPEND);
        Together.close(voters);
        relay.close();
        assertThat(voters).allSatisfy(voter -> assertThat(voter.faults).isEmpty());
    }

    @Test
    void voterWhoseFirstAnswerIsLostIsAdded() throws IOException {
        var leader = start(Voter.founder(1, Voter.endpoints(1), directory));
        await().until(leader::leads);
        submit(leader, SampleCommands.initialize());
        var other = start(behindRelay(Voter.other(2, directory)));
        var voter = other.log.join(leader.log.quorumId().orElseThrow());
        cutAtNextCommand(voter);

        var added = leader.log.add(voter).orTimeout(50, TimeUnit.SECONDS).join();

        assertThat(added).isEqualTo(CommandReply.getDefaultInstance());
        assertThat(cut).isTrue();
    }

    @Test
    void proposalIsDecidedThoughTheOnlyAnswerToItIsLost() throws IOException {
        var leader = start(Voter.founder(1, Voter.endpoints(1), directory));
        await().until(leader::leads);
        var second = start(Voter.other(2, directory));
        var third = start(behindRelay(Voter.other(3, directory)));
        add(leader, second);
        var voter = add(leader, third);
        voters.remove(second);
        second.close();
        submit(leader, SampleCommands.initialize());
        cutAtNextCommand(voter);

        submit(leader, SampleCommands.register(1));

        assertThat(cut).isTrue();
    }

    private Voter start(QuorumConfig config) {
        var voter = new Voter(config).start();
        voters.add(voter);
        return voter;
    }

    private static QuorumVoter add(Voter leader, Voter other) {
        var voter = other.log.join(leader.log.quorumId().orElseThrow());
        assertThat(leader.log.add(voter).orTimeout(50, TimeUnit.SECONDS).join())
                .isEqualTo(CommandReply.getDefaultInstance());
        return voter;
    }

    private static void submit(Voter leader, Command command) {
        assertThat(leader.log.submit(command).orTimeout(50, TimeUnit.SECONDS).join())
                .matches(Submission::accepted);
    }

    private QuorumConfig behindRelay(QuorumConfig config) throws IOException {
        var reachedAt = new Endpoint("127.0.0.1", FreePorts.find());
        relay = new Relay(reachedAt.port(), config.bindPort());
        return Voter.reachedAt(config, reachedAt);
    }

    private void cutAtNextCommand(QuorumVoter voter) {
        var id = Peers.id(voter).toString();
        CodeInjectionForTesting.put(BEFORE_APPEND, (local, remote, arguments) -> {
            var request = (AppendEntriesRequestProto) arguments[1];
            // Others note what is committed, and come when they like.
            boolean hasCommand = request.getEntriesList().stream().anyMatch(LogEntryProto::hasStateMachineLogEntry);
            if (local.toString().equals(id) && hasCommand && cut.compareAndSet(false, true)) {
                relay.cut();
            }
            return true;
        });
    }
}
