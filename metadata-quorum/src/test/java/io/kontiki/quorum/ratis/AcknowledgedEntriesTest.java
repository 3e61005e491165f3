package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.Endpoint;
import io.kontiki.quorum.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.MetadataProto;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a voter tells its leader that it has, with Ratis set as the product sets it, and requests by hand in a leader's
 * place (rule Q3).
 */
class AcknowledgedEntriesTest {
    private static final int ROUNDS = 20;
    private static final long TERM = 5;

    private final RaftPeer follower = peer("follower");
    private final RaftPeer leader = peer("leader");
    private final RaftGroup group = RaftGroup.valueOf(RaftGroupId.valueOf(UUID.randomUUID()), follower, leader);
    private RaftServer server;
    private long calls;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        var endpoint = new Endpoint("localhost", FreePorts.find());
        var config = QuorumConfig.founder(1, Map.of(1, endpoint), directory, "cluster");
        server = RaftServer.newBuilder()
                .setServerId(follower.getId())
                .setGroup(group)
                .setProperties(RatisProperties.of(config, false))
                .setStateMachineRegistry(id -> new BaseStateMachine())
                .build();
        server.start();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /** A leader whose request timed out sends the same entries again, with those that have come since. */
    @Test
    void longerRequestIsNotAnsweredWithTheEndOfAShorterOne() throws Exception {
        for (long first = 0; first < 5 * ROUNDS; first += 5) {
            append(first, first + 2);
            AppendEntriesReplyProto reply = append(first, first + 5).get(30, TimeUnit.SECONDS);

            assertThat(reply.getResult()).isEqualTo(AppendResult.SUCCESS);
            assertThat(reply.getMatchIndex()).isEqualTo(first + 4);
            assertThat(server.getDivision(group.getGroupId()).getRaftLog().getFlushIndex())
                    .as("last entry on the disk")
                    .isGreaterThanOrEqualTo(reply.getMatchIndex());
        }
    }

    /** @param end exclusive */
    private CompletableFuture<AppendEntriesReplyProto> append(long first, long end) throws IOException {
        var request = AppendEntriesRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(leader.getId().toByteString())
                        .setReplyId(follower.getId().toByteString())
                        .setRaftGroupId(RaftGroupIdProto.newBuilder()
                                .setId(group.getGroupId().toByteString()))
                        .setCallId(calls++))
                .setLeaderTerm(TERM)
                // Unset it would say that entry 0 is committed, and what is committed need not be sent again.
                .setLeaderCommit(RaftLog.INVALID_LOG_INDEX)
                .addAllEntries(LongStream.range(first, end)
                        .mapToObj(AcknowledgedEntriesTest::entry)
                        .toList());
        if (first > 0) {
            request.setPreviousLog(TermIndexProto.newBuilder().setTerm(TERM).setIndex(first - 1));
        }
        return server.appendEntriesAsync(request.build());
    }

    private static LogEntryProto entry(long index) {
        return LogEntryProto.newBuilder()
                .setTerm(TERM)
                .setIndex(index)
                .setMetadataEntry(MetadataProto.newBuilder().setCommitIndex(-1))
                .build();
    }

    private static RaftPeer peer(String id) {
        return RaftPeer.newBuilder()
                .setId(RaftPeerId.valueOf(id))
                .setAddress("localhost:1")
                .build();
    }
}
