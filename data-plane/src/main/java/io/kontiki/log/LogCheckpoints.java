package io.kontiki.log;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The small text files beside a log's segments. Each is replaced as a whole; one that does not parse counts as missing.
 *
 * <pre>
 * partition.metadata        "version: 0", "topic_id: [16 bytes, url-safe base64 without padding]"
 * leader-epoch-checkpoint   "0", number of entries, then "epoch startOffset" each
 * offset-checkpoint         "0", recovery point, log start, high watermark, "gaps" or "no gaps", checksum of the epochs,
 *                           CRC-32C of the five lines before in hexadecimal
 * </pre>
 *
 * The first two are Kafka's formats.
 */
final class LogCheckpoints {
    private static final String PARTITION_METADATA = "partition.metadata";
    private static final String LEADER_EPOCHS = "leader-epoch-checkpoint";
    private static final String OFFSETS = "offset-checkpoint";
    private static final String GAPS = "gaps";
    private static final String NO_GAPS = "no gaps";
    private static final String VERSION = "0";
    private static final int MAX_SMALL_BYTES = 1024;
    private static final int MAX_EPOCHS_BYTES = 64 << 20;

    private final Disk disk;
    private final LogDirectory directory;

    LogCheckpoints(LogDirectory directory) {
        this.disk = directory.disk();
        this.directory = directory;
    }

    /** Empty if the file is missing or does not parse. */
    Optional<UUID> readTopicId() {
        List<String> lines = read(PARTITION_METADATA, MAX_SMALL_BYTES);
        String prefix = "topic_id: ";
        if (lines.size() != 2
                || !lines.get(0).equals("version: " + VERSION)
                || !lines.get(1).startsWith(prefix)) {
            return Optional.empty();
        }
        try {
            byte[] id = Base64.getUrlDecoder().decode(lines.get(1).substring(prefix.length()));
            if (id.length != 2 * Long.BYTES) {
                return Optional.empty();
            }
            ByteBuffer bytes = ByteBuffer.wrap(id);
            return Optional.of(new UUID(bytes.getLong(), bytes.getLong()));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    void writeTopicId(UUID topicId) {
        byte[] id = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(topicId.getMostSignificantBits())
                .putLong(topicId.getLeastSignificantBits())
                .array();
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(id);
        write(PARTITION_METADATA, "version: " + VERSION + "\ntopic_id: " + text);
    }

    /** Empty if the file is missing or does not parse. */
    Optional<LeaderEpochIndex> readEpochs() {
        List<String> lines = read(LEADER_EPOCHS, MAX_EPOCHS_BYTES);
        try {
            if (lines.size() < 2
                    || !lines.get(0).equals(VERSION)
                    || Integer.parseInt(lines.get(1)) != lines.size() - 2) {
                return Optional.empty();
            }
            List<EpochEntry> entries = new ArrayList<>();
            for (String line : lines.subList(2, lines.size())) {
                int space = line.indexOf(' ');
                entries.add(new EpochEntry(
                        Integer.parseInt(line.substring(0, Math.max(space, 0))),
                        Long.parseLong(line.substring(space + 1))));
            }
            return Optional.of(LeaderEpochIndex.of(entries));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    void writeEpochs(LeaderEpochIndex epochs) {
        StringBuilder text = new StringBuilder(VERSION)
                .append('\n')
                .append(epochs.entries().size())
                .append('\n');
        for (EpochEntry entry : epochs.entries()) {
            text.append(entry.epoch()).append(' ').append(entry.startOffset()).append('\n');
        }
        write(LEADER_EPOCHS, text.toString());
    }

    /** Empty if the file is missing or does not parse: then nothing is known to be durable. */
    Optional<OffsetCheckpoint> readOffsets() {
        List<String> lines = read(OFFSETS, MAX_SMALL_BYTES);
        if (lines.size() != 7
                || !lines.get(0).equals(VERSION)
                || !lines.get(6).equals(checksum(text(lines.subList(1, 6))))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new OffsetCheckpoint(
                    Long.parseLong(lines.get(1)),
                    Long.parseLong(lines.get(2)),
                    Long.parseLong(lines.get(3)),
                    lines.get(4).equals(GAPS),
                    Long.parseLong(lines.get(5), 16)));
        } catch (NumberFormatException malformed) {
            return Optional.empty();
        }
    }

    void writeOffsets(OffsetCheckpoint offsets) {
        String body = text(List.of(
                Long.toString(offsets.recoveryPoint()),
                Long.toString(offsets.logStartOffset()),
                Long.toString(offsets.highWatermark()),
                offsets.mayHaveGaps() ? GAPS : NO_GAPS,
                Long.toHexString(offsets.epochsChecksum())));
        write(OFFSETS, VERSION + "\n" + body + checksum(body) + "\n");
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }

    private List<String> read(String name, int maxBytes) {
        String path = directory.file(name);
        if (!disk.exists(path) || isLarger(path, maxBytes)) {
            return List.of();
        }
        return new String(disk.readSmall(path, maxBytes), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    private boolean isLarger(String path, int maxBytes) {
        try (DiskFile file = disk.open(path)) {
            return file.size() > maxBytes;
        }
    }

    private void write(String name, String text) {
        disk.writeAtomically(directory.file(name), text.getBytes(StandardCharsets.UTF_8));
    }
}
