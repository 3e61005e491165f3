package io.kontiki.quorum.ratis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kontiki.metadata.Endpoint;
import io.kontiki.quorum.QuorumStartException;
import io.kontiki.quorum.QuorumVoter;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a broker knows of its place in the quorum, beside the Raft log: the file {@code voter.properties} in the storage
 * directory, which is replaced whole.
 *
 * <pre>
 * version=1
 * storage.id=drawn when the storage was made; with the broker's id the name of this member
 * quorum.id=UUID of the quorum, unset until it is known
 * voters=ID-STORAGE@HOST:PORT,... as last known
 * opened=whether the Raft log was made: from then on it must be there
 * boot.id=of the machine, in the last run
 * clean=whether that run ended in order
 * </pre>
 *
 * @param voters empty until this storage is a member
 */
record VoterStorage(
        Path directory,
        String storageId,
        Optional<UUID> quorumId,
        List<QuorumVoter> voters,
        boolean opened,
        String bootId,
        boolean clean) {
    static final String FILE = "voter.properties";
    private static final String VERSION = "1";
    private static final long FILE_BYTES_MAX = 65_536;

    VoterStorage {
        voters = List.copyOf(voters);
    }

    /** Empty if this broker has no storage. */
    static Optional<VoterStorage> find(Path directory) {
        var file = directory.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            var properties = new Properties();
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IllegalArgumentException("it is larger than " + FILE_BYTES_MAX + " bytes");
            }
            properties.load(new StringReader(Files.readString(file, UTF_8)));
            return Optional.of(of(directory, properties));
        } catch (IOException | IllegalArgumentException e) {
            throw new QuorumStartException(
                    file + " cannot be read: " + e.getMessage() + ". " + StartChecks.afterLoss(directory), e);
        }
    }

    /** A new one, not on the disk yet. */
    static VoterStorage draw(Path directory) {
        var id = UUID.randomUUID().toString().replace("-", "").substring(0, 16);
        return new VoterStorage(directory, id, Optional.empty(), List.of(), false, "", false);
    }

    QuorumVoter voter(int brokerId, Endpoint endpoint) {
        return new QuorumVoter(brokerId, storageId, endpoint);
    }

    /** Where the Raft log is, if the quorum is known. */
    Optional<Path> group() {
        return quorumId.map(id -> directory.resolve(id.toString()));
    }

    /** Whether the last run may have ended with a power cut. */
    boolean mayHaveLostVotes(String presentBootId) {
        return opened && !clean && (presentBootId.isEmpty() || !presentBootId.equals(bootId));
    }

    VoterStorage in(UUID quorum) {
        return new VoterStorage(directory, storageId, Optional.of(quorum), voters, opened, bootId, clean);
    }

    VoterStorage among(List<QuorumVoter> present) {
        return new VoterStorage(directory, storageId, quorumId, present, opened, bootId, clean);
    }

    VoterStorage asOpened() {
        return new VoterStorage(directory, storageId, quorumId, voters, true, bootId, clean);
    }

    VoterStorage running(String presentBootId) {
        return new VoterStorage(directory, storageId, quorumId, voters, opened, presentBootId, false);
    }

    VoterStorage stopped() {
        return new VoterStorage(directory, storageId, quorumId, voters, opened, bootId, true);
    }

    /** Durable on return. */
    VoterStorage save() {
        var properties = new TreeMap<String, String>();
        properties.put("version", VERSION);
        properties.put("storage.id", storageId);
        quorumId.ifPresent(id -> properties.put("quorum.id", id.toString()));
        properties.put("voters", voters.stream().map(QuorumVoter::toString).collect(Collectors.joining(",")));
        properties.put("opened", Boolean.toString(opened));
        properties.put("boot.id", bootId);
        properties.put("clean", Boolean.toString(clean));
        var text = properties.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                .collect(Collectors.joining());
        try {
            Files.createDirectories(directory);
            DurableFile.replace(directory.resolve(FILE), directory.resolve(FILE + ".tmp"), text.getBytes(UTF_8));
        } catch (IOException e) {
            throw new QuorumStartException(directory.resolve(FILE) + " cannot be written: " + e, e);
        }
        return this;
    }

    /** Deletes all of it: the storage will never vote again. The file comes last, so that a rest is not taken for damage. */
    void delete() {
        try {
            if (group().isPresent() && Files.exists(group().get())) {
                try (Stream<Path> files = Files.walk(group().get())) {
                    for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
            Files.deleteIfExists(directory.resolve(FILE));
        } catch (IOException e) {
            throw new QuorumStartException("the metadata log in " + directory + " cannot be deleted: " + e, e);
        }
    }

    private static VoterStorage of(Path directory, Properties properties) {
        if (!VERSION.equals(properties.getProperty("version"))) {
            throw new IllegalArgumentException(
                    "its version is " + properties.getProperty("version") + ", this software reads " + VERSION);
        }
        return new VoterStorage(
                directory,
                required(properties, "storage.id"),
                Optional.ofNullable(properties.getProperty("quorum.id")).map(UUID::fromString),
                Arrays.stream(properties.getProperty("voters", "").split(","))
                        .filter(text -> !text.isEmpty())
                        .map(VoterStorage::voter)
                        .toList(),
                Boolean.parseBoolean(required(properties, "opened")),
                properties.getProperty("boot.id", ""),
                Boolean.parseBoolean(properties.getProperty("clean")));
    }

    private static QuorumVoter voter(String text) {
        int hyphen = text.indexOf('-');
        int at = text.indexOf('@');
        if (hyphen < 0 || at < hyphen) {
            throw new IllegalArgumentException("\"" + text + "\" is not ID-STORAGE@HOST:PORT");
        }
        return new QuorumVoter(
                Integer.parseInt(text.substring(0, hyphen)),
                text.substring(hyphen + 1, at),
                Endpoint.parse(text.substring(at + 1)));
    }

    private static String required(Properties properties, String key) {
        var value = properties.getProperty(key, "");
        if (value.isEmpty()) {
            throw new IllegalArgumentException("it has no " + key);
        }
        return value;
    }
}
