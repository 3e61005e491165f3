package io.kontiki.record;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** The batches that lie one behind the other in a buffer. Views, no copy; the buffer must not change meanwhile. */
public final class RecordBatches implements Iterable<RecordBatch> {
    private final ByteBuffer bytes;

    private RecordBatches(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** The batches between the buffer's position and limit, which stay as they are. */
    public static RecordBatches of(ByteBuffer bytes) {
        return new RecordBatches(bytes.slice());
    }

    public int sizeInBytes() {
        return bytes.limit();
    }

    /**
     * From the first batch on. {@code next()} throws {@link InvalidBatchException} where no whole batch begins, which
     * includes a last one that is cut short.
     */
    @Override
    public Iterator<RecordBatch> iterator() {
        return new Iterator<>() {
            private int position;

            @Override
            public boolean hasNext() {
                return position < bytes.limit();
            }

            @Override
            public RecordBatch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("no batch behind byte " + position);
                }
                RecordBatch batch = RecordBatch.at(bytes, position);
                position += batch.sizeInBytes();
                return batch;
            }
        };
    }
}
