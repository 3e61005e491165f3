package io.kontiki.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The small text files beside a log's segments. Each is replaced as a whole, but those that a new log begins with, which a
 * stop may leave torn while there is no segment yet; one that does not parse counts as missing.
 *
 * <pre>
 * partition.metadata        "version: 0", "topic_id: [16 bytes, url-safe base64 without padding]"
 * leader-epoch-checkpoint   "0", number of entries, then "epoch startOffset" each
 * offset-checkpoint         {@link ChecksummedLines}: recovery point, log start, high watermark, "gaps" or "no gaps",
 *                           checksum of the epochs in hexadecimal
 * </pre>
 *
 * The first two are Kafka's formats.
 */
final class LogCheckpoints {
    static final String PARTITION_METADATA = "partition.metadata";
    private static final String LEADER_EPOCHS = "leader-epoch-checkpoint";
    static final String OFFSET_CHECKPOINT = "offset-checkpoint";
    /** The names of all of them. */
    static final List<String> NAMES = List.of(PARTITION_METADATA, LEADER_EPOCHS, OFFSET_CHECKPOINT);

    private static final ChecksummedLines OFFSETS = new ChecksummedLines(OFFSET_CHECKPOINT, 5);
    private static final String GAPS = "gaps";
    private static final String NO_GAPS = "no gaps";
    private static final String VERSION = "0";
    private static final int MAX_METADATA_BYTES = 1024;
    private static final int MAX_EPOCHS_BYTES = 64 << 20;

    private final LogDirectory directory;

    LogCheckpoints(LogDirectory directory) {
        this.directory = directory;
    }

    /** Empty if the file is missing or does not parse. */
    Optional<UUID> readTopicId() {
        List<String> lines = directory.readLines(PARTITION_METADATA, MAX_METADATA_BYTES);
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

    /** What a log without records says of itself; durable on return; a stop before may leave it torn. */
    void writeNew(UUID topicId) {
        directory.writeNew(PARTITION_METADATA, text(topicId));
        OFFSETS.writeNew(directory, lines(OffsetCheckpoint.OF_NEW_LOG));
        directory.force();
    }

    void writeTopicId(UUID topicId) {
        directory.writeText(PARTITION_METADATA, text(topicId));
    }

    private static String text(UUID topicId) {
        byte[] id = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(topicId.getMostSignificantBits())
                .putLong(topicId.getLeastSignificantBits())
                .array();
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(id);
        return "version: " + VERSION + "\ntopic_id: " + text;
    }

    /** Empty if the file is missing or does not parse. */
    Optional<LeaderEpochIndex> readEpochs() {
        List<String> lines = directory.readLines(LEADER_EPOCHS, MAX_EPOCHS_BYTES);
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
        directory.writeText(LEADER_EPOCHS, text.toString());
    }

    /** Empty if the file is missing or does not parse: then nothing is known to be durable. */
    Optional<OffsetCheckpoint> readOffsets() {
        try {
            return OFFSETS.read(directory)
                    .map(lines -> new OffsetCheckpoint(
                            Long.parseLong(lines.get(0)),
                            Long.parseLong(lines.get(1)),
                            Long.parseLong(lines.get(2)),
                            lines.get(3).equals(GAPS),
                            Long.parseLong(lines.get(4), 16)));
        } catch (NumberFormatException malformed) {
            return Optional.empty();
        }
    }

    void writeOffsets(OffsetCheckpoint offsets) {
        OFFSETS.write(directory, lines(offsets));
    }

    private static List<String> lines(OffsetCheckpoint offsets) {
        return List.of(
                Long.toString(offsets.recoveryPoint()),
                Long.toString(offsets.logStartOffset()),
                Long.toString(offsets.highWatermark()),
                offsets.mayHaveGaps() ? GAPS : NO_GAPS,
                Long.toHexString(offsets.epochsChecksum()));
    }
}
