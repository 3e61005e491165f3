package io.kontiki.broker;

import io.kontiki.log.CleanEnd;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The file {@code clean} of one directory, written last of all at an orderly stop (rule R2): everything of that run is on
 * the disk, and this is how each log ends.
 *
 * <pre>
 * clean 1
 * incarnation of the run
 * id of the directory
 * for each log: topic id, partition, log end offset, epoch of the last batch or -1, with one space between
 * CRC-32C of all lines before, line ends included, in hexadecimal
 * </pre>
 */
final class CleanMarker {
    static final String FILE = "clean";
    private static final String HEADER = "clean 1";
    private static final int HEADER_LINES = 3;
    private static final int FILE_BYTES_MAX = 256 << 20;

    private CleanMarker() {}

    static void write(Disk disk, UUID incarnation, UUID directory, Map<TopicPartition, CleanEnd> ends) {
        var text = new StringBuilder(HEADER + "\n" + incarnation + "\n" + directory + "\n");
        ends.entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
                .forEach(entry -> text.append(entry.getKey().topicId())
                        .append(' ')
                        .append(entry.getKey().partition())
                        .append(' ')
                        .append(entry.getValue().endOffset())
                        .append(' ')
                        .append(entry.getValue().lastEpoch())
                        .append('\n'));
        text.append(checksum(text.toString())).append('\n');
        disk.writeAtomically(FILE, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** How the logs ended, if that run stopped in order. A marker of another run or directory, or a damaged one, is none. */
    static Optional<Map<TopicPartition, CleanEnd>> read(Disk disk, UUID incarnation, UUID directory) {
        try {
            return disk.exists(FILE)
                    ? parse(
                            new String(disk.readSmall(FILE, FILE_BYTES_MAX), StandardCharsets.UTF_8),
                            HEADER + "\n" + incarnation + "\n" + directory + "\n")
                    : Optional.empty();
        } catch (StorageException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Map<TopicPartition, CleanEnd>> parse(String text, String header) {
        int checksumAt = text.lastIndexOf('\n', text.length() - 2) + 1;
        if (!text.startsWith(header)
                || !text.substring(checksumAt).equals(checksum(text.substring(0, checksumAt)) + "\n")) {
            return Optional.empty();
        }
        List<String> lines = text.substring(0, checksumAt).lines().toList();
        var ends = new HashMap<TopicPartition, CleanEnd>();
        for (var line : lines.subList(HEADER_LINES, lines.size())) {
            var parts = line.split(" ");
            if (parts.length != 4) {
                return Optional.empty();
            }
            ends.put(
                    new TopicPartition(UUID.fromString(parts[0]), Integer.parseInt(parts[1])),
                    new CleanEnd(Long.parseLong(parts[2]), Integer.parseInt(parts[3])));
        }
        return Optional.of(Map.copyOf(ends));
    }

    /** Durable on return. */
    static void remove(Disk disk) {
        disk.delete(FILE);
        disk.forceDirectory("");
    }

    private static String checksum(String text) {
        var crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
