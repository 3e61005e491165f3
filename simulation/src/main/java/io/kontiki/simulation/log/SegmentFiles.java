package io.kontiki.simulation.log;

import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The batches in a log's files, those below the log start among them.
 *
 * @param firstOffset where the first segment begins
 */
record SegmentFiles(long firstOffset, List<ByteBuffer> batches) {
    private static final String SUFFIX = ".log";

    static SegmentFiles of(Disk disk, String directory) {
        List<String> names = disk.list(directory).stream()
                .filter(name -> name.endsWith(SUFFIX))
                .toList();
        List<ByteBuffer> batches = new ArrayList<>();
        for (String name : names) {
            try (DiskFile file = disk.open(directory + "/" + name)) {
                ByteBuffer content = ByteBuffer.allocate((int) file.size());
                file.read(0, content);
                for (RecordBatch batch : RecordBatches.of(content.flip())) {
                    batches.add(batch.bytes());
                }
            }
        }
        String first = names.get(0);
        return new SegmentFiles(Long.parseLong(first.substring(0, first.length() - SUFFIX.length())), batches);
    }
}
