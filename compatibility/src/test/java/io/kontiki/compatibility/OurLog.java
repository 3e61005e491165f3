package io.kontiki.compatibility;

import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.Compression;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;

/** A log of ours on a real disk, and the files it leaves. */
final class OurLog {
    static final UUID TOPIC_ID = new UUID(0x0123456789abcdefL, 0x8edcba9876543210L);
    static final String NAME = "orders-3";

    private OurLog() {}

    static LogConfig config(int segmentBytes, int indexIntervalBytes) {
        return LogConfig.defaults().withSegmentBytes(segmentBytes).withIndexIntervalBytes(indexIntervalBytes);
    }

    static PartitionLog open(Path root, int segmentBytes, int indexIntervalBytes) {
        return PartitionLog.open(new FileDisk(root), NAME, TOPIC_ID, config(segmentBytes, indexIntervalBytes));
    }

    /** Fills a log with batches of random records, a part of them of one producer, and closes it. */
    static List<Sample> write(Path root, Compression codec, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Sample> samples = new ArrayList<>();
        int sequence = 0;
        try (PartitionLog log = open(root, 16 << 10, 512)) {
            for (int batch = 0; batch < 120; batch++) {
                List<Sample> records = randomBatch(random);
                samples.addAll(records);
                boolean ofProducer = batch % 3 == 0;
                log.appendAsLeader(encode(records, codec, ofProducer, sequence), batch / 40);
                sequence += ofProducer ? records.size() : 0;
            }
            log.flush();
            log.checkpoint();
        }
        return samples;
    }

    static List<Sample> randomBatch(SplittableRandom random) {
        List<Sample> records = new ArrayList<>();
        for (int i = 1 + random.nextInt(random.nextInt(8) == 0 ? 60 : 8); i > 0; i--) {
            records.add(Sample.random(random));
        }
        return records;
    }

    private static ByteBuffer encode(List<Sample> records, Compression codec, boolean ofProducer, int sequence) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20, codec);
        records.forEach(record -> record.addTo(builder));
        return ofProducer ? builder.build(4711, (short) 2, sequence) : builder.build();
    }

    static List<Path> files(Path directory, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }
}
