package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.ImageCodec;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.quorum.SampleCommands;
import io.kontiki.quorum.Submission;
import io.kontiki.quorum.Together;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What voters left on the disk, read without them. */
@Timeout(180)
class StoppedMetadataTest {
    @TempDir
    private Path directory;

    @Test
    void logOfAnOnlyVoterIsAppliedToItsEnd() throws IOException {
        var voter = new Voter(Voter.founder(1, Voter.endpoints(1), directory));
        var last = run(voter);

        var read = StoppedMetadata.read(voter.config.storageDirectory());

        assertSame(read.image(), last);
        assertThat(read.snapshotIndex()).isEmpty();
        assertThat(read.appliedIndex()).isGreaterThanOrEqualTo(last.position().index());
        assertThat(read.unknownEntries()).isZero();
        assertThat(read.quorum().voters()).containsOnlyKeys(1);
        assertThat(read.quorum().quorumId()).isPresent();
    }

    @Test
    void snapshotIsTheBeginningIfThereIsOne() throws IOException {
        var voter = new Voter(Voter.forgetful(Voter.founder(1, Voter.endpoints(1), directory)));
        var last = run(voter);

        var read = StoppedMetadata.read(voter.config.storageDirectory());

        assertThat(read.snapshotIndex()).isPresent();
        assertSame(read.image(), last);
    }

    @Test
    void ofSeveralVotersWhatIsKnownToBeCommittedIsApplied() throws IOException {
        var endpoints = Voter.endpoints(3);
        var voters = new ArrayList<Voter>();
        endpoints
                .keySet()
                .forEach(id -> voters.add(new Voter(Voter.patient(Voter.founder(id, endpoints, directory))).start()));
        await().atMost(60, TimeUnit.SECONDS).until(() -> voters.stream().anyMatch(Voter::leads));
        var leader = voters.stream().filter(Voter::leads).findFirst().orElseThrow();
        submit(leader, SampleCommands.initialize());
        long registered = submit(leader, SampleCommands.register(1));
        for (var voter : voters) {
            voter.metadata
                    .awaitIndex(registered)
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();
        }
        var image = leader.metadata.current();
        Together.close(voters);

        for (var voter : voters) {
            var read = StoppedMetadata.read(voter.config.storageDirectory());
            // The log notes what is committed a little later: the last entries may be among those that are left out.
            assertThat(read.appliedIndex() + read.unknownEntries()).isGreaterThanOrEqualTo(registered);
            assertThat(read.quorum().voters()).containsOnlyKeys(1, 2, 3);
            if (read.appliedIndex() >= registered) {
                assertSame(read.image(), image);
            }
        }
    }

    @Test
    void damagedSnapshotIsPassedOverIfTheLogIsWhole() throws IOException {
        var voter = new Voter(Voter.founder(1, Voter.endpoints(1), directory));
        MetadataImage last;
        try (voter) {
            voter.start();
            submit(voter, SampleCommands.initialize());
            assertThat(voter.log.takeSnapshot().join()).isPositive();
            submit(voter, SampleCommands.register(1));
            last = voter.metadata.current();
        }
        damageSnapshots(voter);

        var read = StoppedMetadata.read(voter.config.storageDirectory());

        assertThat(read.damaged()).hasSize(1);
        assertThat(read.snapshotIndex()).isEmpty();
        assertSame(read.image(), last);
    }

    @Test
    void damageIsToldWithTheFile() throws IOException {
        var voter = new Voter(Voter.forgetful(Voter.founder(1, Voter.endpoints(1), directory)));
        run(voter);
        damageSnapshots(voter);
        var storage = voter.config.storageDirectory();
        deleteLog(storage);

        assertThatThrownBy(() -> StoppedMetadata.read(storage))
                .isInstanceOf(DamagedMetadataException.class)
                .hasMessageContaining("snapshot.")
                .hasMessageContaining(" is damaged; the log ends before it, at index -1");
    }

    private static void damageSnapshots(Voter voter) throws IOException {
        try (var files = Files.walk(voter.config.storageDirectory())) {
            for (var file : files.filter(each -> each.getFileName().toString().matches("snapshot\\.[0-9_]+"))
                    .toList()) {
                var bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
        }
    }

    private static void deleteLog(Path storage) throws IOException {
        try (var files = Files.walk(storage)) {
            for (var file : files.filter(each -> each.getFileName().toString().startsWith("log_"))
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void voterThatRunsIsRefusedAndGoesOn() throws IOException {
        var voter = new Voter(Voter.founder(1, Voter.endpoints(1), directory));
        var storage = voter.config.storageDirectory();
        try (voter) {
            voter.start();
            submit(voter, SampleCommands.initialize());

            assertThatThrownBy(() -> StoppedMetadata.read(storage))
                    .isInstanceOf(VoterRunsException.class)
                    .hasMessageContaining("is in use by a voter that runs");

            submit(voter, SampleCommands.register(1));
        }
        assertThat(StoppedMetadata.read(storage).image().brokers()).containsKey(1);
    }

    @Test
    void directoryWithoutALogIsRefused() {
        assertThatThrownBy(() -> StoppedMetadata.read(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no metadata log in " + directory);
    }

    /** Runs a voter for a few commands; returns its last image. */
    private static MetadataImage run(Voter voter) {
        try (voter) {
            voter.start();
            submit(voter, SampleCommands.initialize());
            for (int id = 1; id <= 5; id++) {
                submit(voter, SampleCommands.register(id));
            }
            return voter.metadata.current();
        }
    }

    /** On a busy machine a leader steps down now and then. What was accepted is applied, and nothing waits behind it. */
    private static long submit(Voter voter, Command command) {
        return await().atMost(60, TimeUnit.SECONDS)
                .until(() -> voter.log.submit(command).join(), Submission::accepted)
                .index();
    }

    private static void assertSame(MetadataImage read, MetadataImage expected) {
        assertThat(ImageCodec.toRecord(read)).isEqualTo(ImageCodec.toRecord(expected));
    }
}
