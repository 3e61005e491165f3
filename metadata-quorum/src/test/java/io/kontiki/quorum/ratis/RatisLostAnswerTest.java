package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.Endpoint;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
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
import java.util.function.Predicate;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connection ends while a voter answers: its leader does not learn that the entries have arrived (decision 31). */
class RatisLostAnswerTest {
    private static final String BEFORE_APPEND = "RaftServerImpl.appendEntries";
    private static final String APPENDED = BEFORE_APPEND + ".logComplete";
    private static final Submission UNKNOWN = Submission.refused(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE, "");

    @TempDir
    Path directory;

    private final List<Voter> voters = new ArrayList<>();
    private final AtomicBoolean isCut = new AtomicBoolean();
    private Relay relay;

    @AfterEach
    void stop() throws IOException {
        CodeInjectionForTesting.remove(BEFORE_APPEND);
        CodeInjectionForTesting.remove(APPENDED);
        Together.close(voters);
        if (relay != null) {
            relay.close();
        }
        assertThat(voters).allSatisfy(voter -> assertThat(voter.faults).isEmpty());
    }

    @Test
    void voterWhoseFirstAnswerIsLostIsAdded() throws IOException {
        var leader = founder();
        submit(leader, SampleCommands.initialize());
        var other = start(behindRelay(Voter.calm(Voter.other(2, directory))));
        var voter = other.log.join(leader.log.quorumId().orElseThrow());
        cutAtAnswerTo(voter, LogEntryProto::hasStateMachineLogEntry);

        var added = leader.log.add(voter).orTimeout(50, TimeUnit.SECONDS).join();

        assertThat(added).isEqualTo(CommandReply.getDefaultInstance());
        assertThat(isCut).isTrue();
    }

    @Test
    void proposalIsDecidedThoughTheOnlyAnswerToItIsLost() throws IOException {
        var leader = founder();
        var second = start(Voter.calm(Voter.other(2, directory)));
        add(leader, second);
        var voter = add(leader, start(behindRelay(Voter.calm(Voter.other(3, directory)))));
        voters.remove(second);
        second.close();
        submit(leader, SampleCommands.initialize());
        cutAtAnswerTo(voter, LogEntryProto::hasStateMachineLogEntry);

        submit(leader, SampleCommands.register(1));

        assertThat(isCut).isTrue();
    }

    /** It takes no proposal before that, so an entry behind its first one cannot be what helps. */
    @Test
    void leaderWhoseFirstEntryGetsNoAnswerGivesWay() throws IOException {
        var founder = founder();
        var second = start(behindRelay(Voter.calm(Voter.other(2, directory))));
        var voter = add(founder, second);
        submit(founder, SampleCommands.initialize());
        transfer(founder, second);
        cutAtAnswerTo(voter, LogEntryProto::hasConfigurationEntry);
        transfer(second, founder);
        assertThat(isCut).isTrue();

        await().atMost(50, TimeUnit.SECONDS)
                .until(() -> voters.stream()
                        .anyMatch(leader -> leader.log
                                        .submit(SampleCommands.register(1))
                                        .completeOnTimeout(UNKNOWN, 5, TimeUnit.SECONDS)
                                        .join()
                                        .index()
                                > 0));
        assertThat(isCut).isTrue();
    }

    private Voter founder() {
        var founder = start(Voter.calm(Voter.founder(1, Voter.endpoints(1), directory)));
        await().until(founder::leads);
        return founder;
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

    /** Again and again, since it takes too long on a machine that stands still. */
    private static void transfer(Voter from, Voter to) {
        await().atMost(50, TimeUnit.SECONDS).until(() -> {
            from.log
                    .transfer(to.config.nodeId())
                    .orTimeout(50, TimeUnit.SECONDS)
                    .join();
            return to.leads();
        });
    }

    /** Ends the connection when such an entry is in the voter's log, and the answer has not been made yet. */
    private void cutAtAnswerTo(QuorumVoter voter, Predicate<LogEntryProto> entry) {
        var id = Peers.id(voter).toString();
        var isNext = new ThreadLocal<Boolean>();
        CodeInjectionForTesting.put(BEFORE_APPEND, (local, remote, arguments) -> {
            var request = (AppendEntriesRequestProto) arguments[1];
            isNext.set(local.toString().equals(id)
                    && request.getEntriesList().stream().anyMatch(entry));
            return true;
        });
        CodeInjectionForTesting.put(APPENDED, (local, remote, arguments) -> {
            if (Boolean.TRUE.equals(isNext.get()) && isCut.compareAndSet(false, true)) {
                relay.cut();
            }
            return true;
        });
    }
}
