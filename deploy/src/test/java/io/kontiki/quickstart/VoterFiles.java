package io.kontiki.quickstart;

import io.kontiki.localcluster.BrokerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of one voter's part in the quorum, which tests read and spoil. Ratis names them. */
record VoterFiles(Path directory) {
    private static final Pattern LOG = Pattern.compile("log_(?:inprogress_)?(\\d+)(?:-\\d+)?");
    private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.\\d+_(\\d+)");

    static VoterFiles of(BrokerProcess broker) {
        return new VoterFiles(broker.dataDirectory().resolve("quorum"));
    }

    /** First index in the voter's log: what is before it is in a snapshot alone. Empty while the files are exchanged. */
    OptionalLong firstLogIndex() throws IOException {
        return named(LOG).stream().mapToLong(file -> index(LOG, file)).min();
    }

    /** The newest one. */
    private Path snapshot() throws IOException {
        return named(SNAPSHOT).stream()
                .max(Comparator.comparingLong(file -> index(SNAPSHOT, file)))
                .orElseThrow(() -> new NoSuchElementException("no snapshot in " + directory));
    }

    /** Flips one bit in the middle of the newest snapshot; returns its file. */
    Path damageSnapshot() throws IOException {
        Path file = snapshot();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        return Files.write(file, bytes);
    }

    /** The file of the term and the vote in it. */
    Path vote() throws IOException {
        return named(Pattern.compile("raft-meta")).stream()
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no vote in " + directory));
    }

    long term() throws IOException {
        return Files.readAllLines(vote()).stream()
                .filter(line -> line.startsWith("term="))
                .mapToLong(line -> Long.parseLong(line.substring("term=".length())))
                .findFirst()
                .orElseThrow();
    }

    /** For the voter its last run was on another run of the machine. */
    void reboot() throws IOException {
        Path file = directory.resolve("voter.properties");
        Files.writeString(file, Files.readString(file).replaceAll("(?m)^boot.id=.*$", "boot.id=before"));
    }

    private static long index(Pattern pattern, Path file) {
        Matcher name = pattern.matcher(file.getFileName().toString());
        if (!name.matches()) {
            throw new IllegalArgumentException(file + " is not " + pattern);
        }
        return Long.parseLong(name.group(1));
    }

    private List<Path> named(Pattern pattern) throws IOException {
        // Not walked: a running voter deletes files meanwhile.
        try (Stream<Path> groups = Files.list(directory)) {
            return groups.filter(Files::isDirectory)
                    .flatMap(group -> Stream.of(group.resolve("current"), group.resolve("sm")))
                    .flatMap(VoterFiles::list)
                    .filter(file ->
                            pattern.matcher(file.getFileName().toString()).matches())
                    .toList();
        }
    }

    private static Stream<Path> list(Path directory) {
        String[] names = directory.toFile().list();
        return names == null ? Stream.empty() : Stream.of(names).map(directory::resolve);
    }
}
