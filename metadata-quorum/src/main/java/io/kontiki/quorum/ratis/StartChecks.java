package io.kontiki.quorum.ratis;

import io.kontiki.quorum.QuorumStartException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must hold before Ratis starts: later it would end the process, or make a fresh log without a word. */
final class StartChecks {
    private StartChecks() {}

    static void portIsFree(QuorumConfig config) {
        var address = config.bindHost()
                .map(host -> new InetSocketAddress(host, config.bindPort()))
                .orElseGet(() -> new InetSocketAddress(config.bindPort()));
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
        } catch (IOException e) {
            throw new QuorumStartException(
                    "Raft port " + config.bindPort()
                            + config.bindHost().map(host -> " on " + host).orElse("")
                            + " (quorum.listener, or else this broker's port in quorum.voters) cannot be used: "
                            + e.getMessage(),
                    e);
        }
    }

    /** A broker that has been in a quorum, though perhaps without a vote, forms no other one by itself (rule Q6). */
    static void mayFormQuorum(QuorumConfig config) {
        config.quorumId().ifPresent(id -> {
            throw new QuorumStartException("the logs of broker " + config.nodeId() + " are of metadata quorum " + id
                    + ", of which it has no metadata log in " + config.storageDirectory()
                    + ". It forms no other one by itself. If others vote by now, set metadata.bootstrap.servers to them"
                    + " instead of quorum.voters; else restore that directory as it was last");
        });
    }

    /** Ratis opens every group that it finds, so a foreign one must not be there; and it makes one that is missing. */
    static void storageIsWhole(Path directory, Optional<VoterStorage> storage) {
        try {
            Files.createDirectories(directory);
            var own = storage.flatMap(VoterStorage::group);
            for (var group : groups(directory)) {
                if (storage.isEmpty()) {
                    throw new QuorumStartException(
                            directory.resolve(VoterStorage.FILE) + " is missing. " + afterLoss(directory));
                }
                if (!own.equals(Optional.of(group))) {
                    throw new QuorumStartException("the metadata log " + group + " is of another quorum than "
                            + storage.get().quorumId().map(UUID::toString).orElse("none")
                            + ", which " + directory.resolve(VoterStorage.FILE) + " names; move it away");
                }
            }
            if (storage.filter(VoterStorage::opened).isPresent() && !Files.isDirectory(own.orElseThrow())) {
                throw new QuorumStartException(
                        "the metadata log " + own.get() + " is missing. " + afterLoss(directory));
            }
        } catch (IOException e) {
            throw new QuorumStartException(
                    "the directory " + directory + " of the metadata log cannot be used: " + e, e);
        }
    }

    /** What to do about a storage that is not whole (rule Q5). */
    static String afterLoss(Path directory) {
        return "It must not vote without all of its votes: restore " + directory + " as it was last, not an older copy;"
                + " or move it away, start the broker, which then serves without a vote, and give it one again with"
                + " \"kontiki quorum replace ID\"";
    }

    /** What to tell when Ratis refuses a storage that is ours: its exceptions name the file, some levels down. */
    static QuorumStartException notOpened(QuorumConfig config, Throwable error) {
        return error instanceof QuorumStartException known
                ? known
                : new QuorumStartException(
                        "the metadata log in " + config.storageDirectory() + " could not be opened: " + reasons(error)
                                + ". Unless the disk or the rights are at fault, a file is damaged. "
                                + afterLoss(config.storageDirectory()),
                        error);
    }

    /** The messages of an error and its causes, without those that only repeat their cause. */
    private static String reasons(Throwable error) {
        return Stream.iterate(error, Objects::nonNull, Throwable::getCause)
                .filter(thrown -> thrown.getMessage() != null)
                .filter(thrown -> thrown.getCause() == null
                        || !thrown.getMessage().equals(thrown.getCause().toString()))
                .map(Throwable::getMessage)
                .distinct()
                .collect(Collectors.joining(": "));
    }

    private static List<Path> groups(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.filter(StartChecks::isGroup).toList();
        }
    }

    private static boolean isGroup(Path path) {
        try {
            return UUID.fromString(path.getFileName().toString()) != null && Files.isDirectory(path);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
