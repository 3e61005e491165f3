package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.ImageCodec;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.QuorumStartException;
import io.kontiki.quorum.QuorumStatus;
import io.kontiki.quorum.SampleCommands;
import io.kontiki.quorum.Submission;
import io.kontiki.quorum.Together;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three voters on loopback. */
class RatisQuorumTest {
    @TempDir
    Path directory;

    private final List<Voter> voters = new ArrayList<>();

    @BeforeEach
    void start() {
        var endpoints = Voter.endpoints(3);
        endpoints.keySet().forEach(id -> voters.add(new Voter(Voter.founder(id, endpoints, directory)).start()));
    }

    @AfterEach
    void stop() {
        Together.close(voters);
        voters.forEach(voter -> assertThat(voter.faults).isEmpty());
    }

    @Test
    void oneLeadsAndTheOthersFollowItsImage() {
        var leader = leader();
        submit(leader, SampleCommands.initialize());
        var last = submit(leader, SampleCommands.register(1));

        for (var voter : voters) {
            voter.metadata
                    .awaitIndex(last.index())
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
            assertThat(image(voter)).isEqualTo(image(leader));
            await().until(() -> voter.log.status().leaderId().orElse(0) == leader.config.nodeId());
        }
        var follower = follower(leader);
        assertThat(follower.log
                        .submit(SampleCommands.register(2))
                        .join()
                        .reply()
                        .getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_NOT_LEADER);
        assertThat(follower.leadership.own()).isEmpty();
    }

    @Test
    void anotherLeadsOnceTheLeaderIsGone() {
        var old = leader();
        submit(old, SampleCommands.initialize());
        var oldTerm = old.log.status().term();
        var begin = System.nanoTime();
        old.close();

        var leader = leader();
        System.out.println("next leader after " + (System.nanoTime() - begin) / 1_000_000 + " ms, close included");
        assertThat(leader.log.status().term()).isGreaterThan(oldTerm);
        assertThat(leader.metadata.current().clusterId()).isEqualTo(SampleCommands.CLUSTER_ID);
        assertThat(submit(leader, SampleCommands.register(1)).accepted()).isTrue();
        assertThat(old.leadership.own()).containsExactly("leading " + oldTerm, "lost");
    }

    @Test
    void suspicionOfADeadLeaderBringsTheNextOneAtOnce() {
        Together.close(voters);
        voters.replaceAll(voter -> new Voter(Voter.patient(voter.again().config)).start());
        var old = leader();
        submit(old, SampleCommands.initialize());
        // A voter that lacks an entry would campaign in vain, which is not what this is about.
        await().until(() -> voters.stream()
                .allMatch(voter ->
                        voter.log.status().committedIndex() == old.log.status().committedIndex()));
        old.close();
        var survivors = voters.stream().filter(voter -> voter != old).toList();
        assertThat(survivors).noneMatch(Voter::leads);
        var begin = System.nanoTime();

        survivors.forEach(voter -> voter.log.suspectLeader(old.config.nodeId()));

        await().pollInterval(Duration.ofMillis(1))
                .until(() -> survivors.stream().anyMatch(Voter::leads));
        var millis = (System.nanoTime() - begin) / 1_000_000;
        System.out.println("forced election took " + millis + " ms");
        // The usual way waits for 6 s less the time that closing took.
        assertThat(millis).isLessThan(2_000);
    }

    @Test
    void suspicionOfALiveLeaderChangesNothing() {
        var leader = leader();
        var term = leader.log.status().term();
        submit(leader, SampleCommands.initialize());

        voters.forEach(voter -> voter.log.suspectLeader(leader.config.nodeId()));

        for (int i = 1; i <= 5; i++) {
            assertThat(submit(leader, SampleCommands.register(i)).accepted()).isTrue();
        }
        assertThat(leader.leadership.own()).containsExactly("leading " + term);
    }

    /** Which it would be told of every voter, one after the other, in a rolling restart. */
    @Test
    void votersThatDropTheirConnectionsElectAsBefore() {
        var old = leader();
        submit(old, SampleCommands.initialize());

        voters.forEach(voter -> voters.forEach(other -> voter.log.reconnect(other.config.nodeId())));

        assertThat(submit(old, SampleCommands.register(1)).accepted()).isTrue();
        assertThat(old.leadership.own()).hasSize(1);
        old.close();
        assertThat(submit(leader(), SampleCommands.register(2)).accepted()).isTrue();
    }

    @Test
    void allRestartedHoldTheSameImage() {
        var leader = leader();
        submit(leader, SampleCommands.initialize());
        submit(leader, SampleCommands.register(1));
        leader.log.takeSnapshot().join();
        var last = submit(leader, SampleCommands.register(2));
        var image = image(leader);
        Together.close(voters);

        voters.replaceAll(voter -> voter.again().start());
        leader();

        for (var voter : voters) {
            voter.metadata
                    .awaitIndex(last.index())
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
            assertThat(image(voter)).isEqualTo(image);
        }
    }

    /** The leader's log no longer holds what the member missed, so it gets a snapshot while it runs (rules Q9, Q10). */
    @Test
    void s52LateMemberIsBroughtUpToDateByASnapshotUnderLoad() throws Exception {
        await().until(() -> voters.stream().allMatch(voter -> voter.log.votes()));
        var late = voters.remove(2);
        late.close();
        Together.close(voters);
        voters.replaceAll(voter -> new Voter(Voter.forgetful(voter.again().config)).start());
        var first = leader();
        submit(first, SampleCommands.initialize());
        var epoch = submit(first, SampleCommands.register(1)).index();
        // A new term begins a new file, and only whole files are dropped.
        Together.close(voters);
        voters.replaceAll(voter -> voter.again().start());
        var leader = leader();
        submit(leader, SampleCommands.allocate(1, epoch, 1));
        assertThat(leader.log.takeSnapshot().join()).isPositive();
        await().until(() -> !Files.exists(logFile(leader, "log_inprogress_0")) && firstIndex(leader) > 1);

        late = late.again();
        voters.add(late);
        late.start();
        for (int i = 2; i < 200; i++) {
            submit(leader, SampleCommands.allocate(1, epoch, i));
        }
        var last = submit(leader, SampleCommands.register(2));
        late.metadata.awaitIndex(last.index()).orTimeout(20, TimeUnit.SECONDS).join();

        assertThat(image(late)).isEqualTo(image(leader));
        assertThat(late.log.status().lifeCycle()).isEqualTo(QuorumStatus.LifeCycle.RUNNING);
        try (var files = Files.walk(late.config.storageDirectory())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.matches("snapshot\\.\\d+_\\d+"));
        }
        var after = submit(leader, SampleCommands.register(3));
        late.metadata.awaitIndex(after.index()).orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(image(late)).isEqualTo(image(leader));
    }

    /** It is not started over what it cannot trust; the others go on (rule Q9). */
    @Test
    void s52CorruptSnapshotIsRefused() throws Exception {
        var leader = leader();
        submit(leader, SampleCommands.initialize());
        var bad = follower(leader);
        await().until(() -> bad.log.takeSnapshot().join() > 0);
        bad.close();
        voters.remove(bad);
        Path snapshot;
        try (var files = Files.walk(bad.config.storageDirectory())) {
            snapshot = files.filter(file -> file.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
                    .findFirst()
                    .orElseThrow();
        }
        var bytes = Files.readAllBytes(snapshot);
        bytes[bytes.length / 2] ^= 1;
        Files.write(snapshot, bytes);

        try (var back = bad.again()) {
            assertThatThrownBy(back::start)
                    .isInstanceOf(QuorumStartException.class)
                    .hasMessageContaining("kontiki quorum replace");
        }
        submit(leader(), SampleCommands.register(1));
    }

    private static Path logFile(Voter voter, String name) {
        return voter.config
                .storageDirectory()
                .resolve(voter.log.quorumId().orElseThrow().toString())
                .resolve("current")
                .resolve(name);
    }

    /** First index in the files of the log. */
    private static long firstIndex(Voter voter) throws IOException {
        try (var files = Files.list(logFile(voter, ""))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("log_(inprogress_)?\\d+.*"))
                    .mapToLong(name -> Long.parseLong(name.replaceFirst("log_(inprogress_)?(\\d+).*", "$2")))
                    .min()
                    .orElse(0);
        }
    }

    private Voter leader() {
        await().pollInterval(Duration.ofMillis(2)).until(() -> voters.stream().anyMatch(Voter::leads));
        return voters.stream().filter(Voter::leads).findFirst().orElseThrow();
    }

    private Voter follower(Voter leader) {
        return voters.stream().filter(voter -> voter != leader).findFirst().orElseThrow();
    }

    private static Submission submit(Voter voter, Command command) {
        return voter.log.submit(command).orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static String image(Voter voter) {
        return Arrays.toString(ImageCodec.encode(voter.metadata.current()));
    }
}
