package io.kontiki.cleanup;

import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.log.LogInspection;
import io.kontiki.log.LogVerification;
import io.kontiki.log.LogVerification.Problem;
import io.kontiki.record.Record;
import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The files of one partition in the directory of a broker. */
record Replica(BrokerProcess broker, String topic, int partition) {
    private static final int CHECKPOINT_BYTES_MAX = 1024;

    private Disk disk() {
        return new FileDisk(broker.dataDirectory());
    }

    private String directory() {
        return topic + "-" + partition;
    }

    /** The base offsets of its segments, in order. */
    List<Long> segments() {
        return fileNames().stream()
                .filter(name -> name.endsWith(".log"))
                .map(name -> Long.parseLong(name.substring(0, name.indexOf('.'))))
                .sorted()
                .toList();
    }

    /** Bytes of the segment with that base offset. */
    long segmentBytes(long baseOffset) {
        try (DiskFile file = disk().open(directory() + "/%020d.log".formatted(baseOffset))) {
            return file.size();
        }
    }

    /** The log start that is noted on the disk, which survives a power cut. */
    long notedLogStart() {
        byte[] checkpoint = disk().readSmall(directory() + "/offset-checkpoint", CHECKPOINT_BYTES_MAX);
        return Long.parseLong(
                new String(checkpoint, StandardCharsets.UTF_8).lines().toList().get(2));
    }

    List<String> fileNames() {
        Disk disk = disk();
        return disk.exists(directory()) ? disk.list(directory()) : List.of();
    }

    /** What {@code kontiki log verify} finds, warnings too. The broker must be stopped. */
    List<Problem> problems() {
        return new LogVerification(disk(), directory(), bytes -> {}).run().problems();
    }

    /** All records of the segments, in order. The broker must be stopped. */
    List<StoredRecord> records() {
        List<StoredRecord> records = new ArrayList<>();
        LogInspection inspection = new LogInspection(disk());
        fileNames().stream().filter(name -> name.endsWith(".log")).sorted().forEach(name -> {
            inspection.batches(directory() + "/" + name, (position, batch) -> {
                if (!batch.isControl()) {
                    batch.forEach(next -> records.add(stored(next)));
                }
                return true;
            });
        });
        return records;
    }

    private StoredRecord stored(Record found) {
        return new StoredRecord(
                partition,
                found.offset(),
                found.timestampMs(),
                text(found.key()),
                found.hasValue() ? Optional.of(text(found.value())) : Optional.empty());
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    @Override
    public String toString() {
        return directory() + " on broker " + broker.id();
    }
}
