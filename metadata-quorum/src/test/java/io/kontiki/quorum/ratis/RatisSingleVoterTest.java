package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.ImageCodec;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.quorum.LeadershipListener;
import io.kontiki.quorum.MetadataLog;
import io.kontiki.quorum.MetadataLogContract;
import io.kontiki.quorum.QuorumStartException;
import io.kontiki.quorum.SampleCommands;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatisSingleVoterTest extends MetadataLogContract {
    @TempDir
    Path directory;

    @Override
    protected MetadataLog create(LocalMetadata metadata) {
        var config = Voter.founder(1, Voter.endpoints(1), directory.resolve("contract"));
        var log = new RatisMetadataLog(config, metadata, config::endpoint, (message, cause) -> {
            throw new AssertionError(message, cause);
        });
        log.listen(new Voter(config));
        return log;
    }

    private Voter voter() {
        return new Voter(Voter.founder(1, Voter.endpoints(1), directory));
    }

    @Test
    void leadsSoonAfterItsStart() {
        var begin = System.nanoTime();
        try (var voter = voter().start()) {
            await().pollDelay(0, TimeUnit.MILLISECONDS)
                    .pollInterval(1, TimeUnit.MILLISECONDS)
                    .until(() -> !voter.leadership.own().isEmpty());
            System.out.println("single voter leads after " + (System.nanoTime() - begin) / 1_000_000 + " ms");
        }
    }

    @Test
    void restartRestoresTheImageFromSnapshotAndLog() throws IOException {
        byte[] image;
        var first = voter().start();
        try (first) {
            await().until(first::leads);
            first.log.submit(SampleCommands.initialize()).join();
            first.log.submit(SampleCommands.register(1)).join();
            assertThat(first.log.status().snapshotIndex()).isEqualTo(-1);
            long index = first.log.takeSnapshot().join();
            assertThat(index).isPositive();
            assertThat(first.log.status().snapshotIndex()).isEqualTo(index);
            first.log.submit(SampleCommands.register(2)).join();
            image = ImageCodec.encode(first.metadata.current());
        }
        assertThat(snapshots()).isEqualTo(1);

        try (var second = first.again().start()) {
            await().until(second::leads);
            assertThat(ImageCodec.encode(second.metadata.current())).isEqualTo(image);
        }
    }

    /** Whatever got into the log would stop each voter, at each start. */
    @Test
    void strayRequestOnTheRaftPortDoesNotEnterTheLog() throws IOException {
        var strays = List.of(
                new byte[] {1, 2, 3}, new byte[0], SampleCommands.register(7).toByteArray());
        var first = voter().start();
        try (first) {
            await().until(first::leads);
            first.log.submit(SampleCommands.initialize()).join();
            var group = Peers.group(first.log.quorumId().orElseThrow(), first.log.voters());
            try (var stray = RaftClient.newBuilder()
                    .setProperties(new RaftProperties())
                    .setRaftGroup(group)
                    .setRetryPolicy(RetryPolicies.noRetry())
                    .build()) {
                for (var bytes : strays) {
                    var message = Message.valueOf(ByteString.copyFrom(bytes));
                    assertThatThrownBy(() -> {
                                var reply = stray.io().send(message);
                                throw reply.getException();
                            })
                            .isInstanceOf(StateMachineException.class);
                }
            }
            assertThat(first.log.submit(SampleCommands.register(1)).join().accepted())
                    .isTrue();
            assertThat(first.faults).isEmpty();
        }

        try (var second = first.again().start()) {
            await().until(second::leads);
            assertThat(second.metadata.current().brokers()).containsOnlyKeys(1);
            assertThat(second.faults).isEmpty();
        }
    }

    private long snapshots() throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
                    .count();
        }
    }

    /** Listeners are told of the end while it is under way, and may want to know more. */
    @Test
    void listenerMayAskWhileTheLogCloses() {
        var voter = voter();
        var led = new CompletableFuture<Long>();
        var answered = new CompletableFuture<Boolean>();
        voter.log.start(new LeadershipListener() {
            @Override
            public void onLeading(long term) {
                led.complete(term);
            }

            @Override
            public void onLeadershipLost() {
                answered.complete(voter.log.leave("another"));
            }

            @Override
            public void onLeaderKnown(int leaderId) {}
        });
        led.orTimeout(20, TimeUnit.SECONDS).join();

        voter.close();

        assertThat(answered).isCompletedWithValue(false);
    }

    /** Rule Q6: it has been removed from a quorum that goes on elsewhere, or has lost what it decided. */
    @Test
    void brokerWhoseLogsBelongToAQuorumFormsNoOther() {
        var known = UUID.randomUUID();
        var founder = Voter.founder(1, Voter.endpoints(1), directory);
        try (var voter = new Voter(Voter.belonging(founder, Optional.of(known)))) {
            assertThatThrownBy(voter::start)
                    .isInstanceOf(QuorumStartException.class)
                    .hasMessageContaining(known.toString())
                    .hasMessageContaining("metadata.bootstrap.servers");
        }
        assertThat(founder.storageDirectory()).isEmptyDirectory();
    }

    @Test
    void portInUseIsNamed() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var voters = java.util.Map.of(1, new io.kontiki.metadata.Endpoint("127.0.0.1", socket.getLocalPort()));
            var voter = new Voter(Voter.founder(1, voters, directory));
            assertThatThrownBy(voter::start)
                    .isInstanceOf(QuorumStartException.class)
                    .hasMessageContaining("Raft port " + socket.getLocalPort())
                    .hasMessageContaining("(quorum.listener, ")
                    .hasMessageContaining("in use");
            voter.close();
        }
    }

    @Test
    void logThatVanishedIsRefused() throws IOException {
        var first = voter();
        try (first) {
            first.start();
        }
        var log = VoterStorage.find(first.config.storageDirectory())
                .flatMap(VoterStorage::group)
                .orElseThrow();
        Files.move(log, directory.resolve("away"));
        assertRefused(first, log + " is missing", "kontiki quorum replace");
    }

    @Test
    void logWithoutItsOwnersFileIsRefused() throws IOException {
        var first = voter();
        try (first) {
            first.start();
        }
        Files.delete(first.config.storageDirectory().resolve(VoterStorage.FILE));
        assertRefused(first, VoterStorage.FILE + " is missing", "kontiki quorum replace");
    }

    @Test
    void logOfAnotherQuorumIsRefused() throws IOException {
        var first = voter();
        try (first) {
            first.start();
        }
        Files.createDirectory(
                first.config.storageDirectory().resolve(UUID.randomUUID().toString()));
        assertRefused(first, "is of another quorum", "move it away");
    }

    private static void assertRefused(Voter stopped, String... words) {
        try (var second = stopped.again()) {
            assertThatThrownBy(second::start)
                    .isInstanceOf(QuorumStartException.class)
                    .hasMessageContainingAll(words);
        }
    }

    @Test
    void entryThatCannotBeReadIsAFault() {
        var voter = voter();
        var machine = new QuorumStateMachine(
                ClientId.randomId(),
                voter.metadata,
                new LeadershipTracker(
                        java.util.concurrent.Executors.newSingleThreadScheduledExecutor(),
                        voter.leadership,
                        new LeadershipTracker.Members() {
                            @Override
                            public void votersChanged() {}

                            @Override
                            public void leaderless() {}

                            @Override
                            public void closedItself() {}
                        },
                        (message, cause) -> {}),
                (message, cause) -> voter.faults.add(message));
        var entry = LogEntryProto.newBuilder()
                .setTerm(3)
                .setIndex(17)
                .setStateMachineLogEntry(
                        StateMachineLogEntryProto.newBuilder().setLogData(ByteString.copyFromUtf8("no command")))
                .build();

        var reply = machine.applyTransaction(TransactionContext.newBuilder()
                .setStateMachine(machine)
                .setServerRole(RaftPeerRole.FOLLOWER)
                .setLogEntry(entry)
                .build());

        assertThat(reply).isCompletedExceptionally();
        assertThat(voter.faults).singleElement().asString().contains("3:17");
        voter.close();
    }
}
