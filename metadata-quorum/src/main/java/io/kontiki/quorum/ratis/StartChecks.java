package io.kontiki.quorum.ratis;

import io.kontiki.quorum.QuorumStartException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

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
                            + config.bindHost().map(host -> " on " + host).orElse("") + " cannot be used: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Ratis opens every group that it finds, so a foreign one must not be there. */
    static void storageIsOurs(QuorumConfig config) {
        var directory = config.storageDirectory();
        try {
            Files.createDirectories(directory);
            var own =
                    directory.resolve(Peers.group(config.clusterId()).getUuid().toString());
            for (var group : groups(directory)) {
                if (!group.equals(own)) {
                    throw new QuorumStartException(
                            "the metadata log in " + directory + " is of another cluster than " + config.clusterId());
                }
            }
            if (!config.newMember() && !Files.isDirectory(own)) {
                throw new QuorumStartException("voter " + config.nodeId() + " has run before, but its metadata log in "
                        + directory + " is missing. It must not vote again under this id; restore the directory,"
                        + " or remove the voter and add it under another id");
            }
        } catch (IOException e) {
            throw new QuorumStartException(
                    "the directory " + directory + " of the metadata log cannot be used: " + e, e);
        }
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
