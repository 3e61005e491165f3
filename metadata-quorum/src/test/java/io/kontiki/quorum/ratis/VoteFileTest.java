package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.ImageCodec;
import io.kontiki.quorum.QuorumStartException;
import io.kontiki.quorum.SampleCommands;
import io.kontiki.quorum.Together;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a full disk does to a voter's file, done by hand between two runs of real Ratis servers. */
class VoteFileTest {
    private static final InstantSource NO_CLOCK = InstantSource.fixed(Instant.EPOCH);

    @TempDir
    Path directory;

    private final List<Voter> voters = new ArrayList<>();

    @AfterEach
    void stop() {
        Together.close(voters);
        voters.forEach(voter -> assertThat(voter.faults).isEmpty());
    }

    @Test
    void voterWithoutItsVoteJoinsTheOthersAgain() throws IOException {
        start(3);
        var leader = leader();
        submit(leader, 1);
        var victim =
                voters.stream().filter(voter -> voter != leader).findFirst().orElseThrow();
        voters.remove(victim);
        victim.close();
        empty(victim.config);
        long oldTerm = submit(leader, 2).log.status().term();

        voters.add(victim = victim.again().start());

        await().until(() -> voters.stream().anyMatch(voter -> voter.leads() && term(voter) > oldTerm));
        var last = submit(leader(), 3).metadata.current().position().index();
        victim.metadata.awaitIndex(last).orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(image(victim)).isEqualTo(image(leader()));
        assertThat(term(victim)).isGreaterThan(VoteFile.TERMS_AHEAD);
    }

    @Test
    void votersThatAllLostTheirVotesHaveAllMetadata() throws IOException {
        start(3);
        restartsWithAllMetadata();
    }

    @Test
    void onlyVoterWithoutItsVoteHasAllMetadata() throws IOException {
        start(1);
        restartsWithAllMetadata();
    }

    private void restartsWithAllMetadata() throws IOException {
        submit(leader(), 1);
        leader().log.takeSnapshot().join();
        var before = submit(leader(), 2);
        var image = image(before);
        var index = before.metadata.current().position().index();
        Together.close(voters);
        for (var voter : voters) {
            empty(voter.config);
            // A full disk does the same to this file, if a leader was found in the meantime.
            Files.write(current(voter.config).resolve("raft-meta.conf"), new byte[0]);
        }

        voters.replaceAll(voter -> voter.again().start());

        for (var voter : voters) {
            voter.metadata.awaitIndex(index).orTimeout(20, TimeUnit.SECONDS).join();
            assertThat(image(voter)).isEqualTo(image);
        }
        submit(leader(), 3);
    }

    @Test
    void mendedTermIsAboveTheLogAndTheClock() throws IOException {
        var config = stoppedVoter();
        long term = term(config);
        assertThat(term).isPositive();

        empty(config);
        VoteFile.mendIfEmpty(group(config), NO_CLOCK);
        assertThat(term(config)).isEqualTo(term + VoteFile.TERMS_AHEAD);

        // Mended once more before any entry of the new term came: it may have voted in that, so the clock must help.
        empty(config);
        var now = Instant.parse("2026-01-01T00:00:00Z");
        VoteFile.mendIfEmpty(group(config), InstantSource.fixed(now));
        assertThat(term(config)).isEqualTo(now.toEpochMilli() + VoteFile.TERMS_AHEAD);
    }

    @Test
    void mendedTermIsAboveTheSnapshots() throws IOException {
        var config = stoppedVoter();
        Files.createFile(current(config).resolveSibling("sm").resolve("snapshot.77_1000"));
        empty(config);

        VoteFile.mendIfEmpty(group(config), NO_CLOCK);

        assertThat(term(config)).isEqualTo(77 + VoteFile.TERMS_AHEAD);
    }

    /** Rule Q4: the directory in which Ratis replaces the file is not flushed, so an older vote may be back. */
    @Test
    void voterThatMayHaveLostPowerGoesOnInAHigherTermWithoutAVote() throws IOException {
        var config = stoppedVoter();
        long term = term(config);
        VoterStorage.find(config.storageDirectory())
                .orElseThrow()
                .running("boot-1")
                .save();

        try (var voter = new Voter(Voter.booted(config, "boot-1")).start()) {
            await().until(voter::leads);
            assertThat(term(voter)).as("the process alone was killed").isLessThan(term + VoteFile.TERMS_FORGOTTEN_MAX);
        }
        try (var voter = new Voter(Voter.booted(config, "boot-2")).start()) {
            await().until(voter::leads);
            assertThat(term(voter)).as("it was stopped in order").isLessThan(term + VoteFile.TERMS_FORGOTTEN_MAX);
        }
        VoterStorage.find(config.storageDirectory())
                .orElseThrow()
                .running("boot-2")
                .save();
        try (var voter = new Voter(Voter.booted(config, "boot-3")).start()) {
            await().until(voter::leads);
            assertThat(term(voter)).isGreaterThan(term + VoteFile.TERMS_FORGOTTEN_MAX);
        }
    }

    @Test
    void wholeVoteIsLeftAlone() throws IOException {
        var config = stoppedVoter();
        var before = Files.readString(file(config));

        VoteFile.mendIfEmpty(group(config), InstantSource.system());

        assertThat(file(config)).hasContent(before);
    }

    @Test
    void voterWithNeitherVoteNorLogIsRefused() throws IOException {
        var config = stoppedVoter();
        empty(config);
        try (var files = Files.newDirectoryStream(current(config), "log_*")) {
            for (var file : files) {
                Files.delete(file);
            }
        }

        assertRefused(config, file(config) + " is empty", "kontiki quorum replace");
        assertThat(file(config)).isEmptyFile();
    }

    /** No full disk does that, so nothing tells what else is wrong. */
    @Test
    void damagedVoteIsRefusedByName() throws IOException {
        var config = stoppedVoter();
        Files.writeString(file(config), "term=many\n");

        assertRefused(
                config, file(config).toString(), "Failed to parse 'term'", "must not vote without all of its votes");
    }

    private static void assertRefused(QuorumConfig config, String... messages) {
        try (var voter = new Voter(config)) {
            assertThatThrownBy(voter::start)
                    .isInstanceOf(QuorumStartException.class)
                    .hasMessageContainingAll(messages);
        }
    }

    private void start(int count) {
        var endpoints = Voter.endpoints(count);
        endpoints.keySet().forEach(id -> voters.add(new Voter(Voter.founder(id, endpoints, directory)).start()));
        leader().log
                .submit(SampleCommands.initialize())
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private QuorumConfig stoppedVoter() {
        start(1);
        var voter = voters.remove(0);
        voter.close();
        return voter.config;
    }

    private Voter leader() {
        await().until(() -> voters.stream().anyMatch(Voter::leads));
        return voters.stream().filter(Voter::leads).findFirst().orElseThrow();
    }

    /** Registers a broker. */
    private static Voter submit(Voter leader, int broker) {
        var submission = leader.log.submit(SampleCommands.register(broker));
        assertThat(submission.orTimeout(10, TimeUnit.SECONDS).join().accepted()).isTrue();
        return leader;
    }

    private static long term(Voter voter) {
        return voter.log.status().term();
    }

    private static byte[] image(Voter voter) {
        return ImageCodec.encode(voter.metadata.current());
    }

    private static void empty(QuorumConfig config) throws IOException {
        Files.write(file(config), new byte[0]);
    }

    private static long term(QuorumConfig config) throws IOException {
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(file(config))) {
            properties.load(reader);
        }
        return Long.parseLong(properties.getProperty("term"));
    }

    private static Path file(QuorumConfig config) {
        return current(config).resolve(VoteFile.NAME);
    }

    private static Path current(QuorumConfig config) {
        return group(config).resolve("current");
    }

    private static Path group(QuorumConfig config) {
        return VoterStorage.find(config.storageDirectory())
                .flatMap(VoterStorage::group)
                .orElseThrow();
    }
}
