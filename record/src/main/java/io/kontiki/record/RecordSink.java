package io.kontiki.record;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * Where the records of a batch in the making go: behind its header, as they are or through a codec. A record is written
 * to {@link #reserve}, then {@link #endRecord} takes it over. Not thread-safe.
 */
abstract sealed class RecordSink {
    private static final int SCRATCH_BYTES = 1024;

    final BatchBuffer batch;

    private RecordSink(BatchBuffer batch) {
        this.batch = batch;
    }

    /** A sink for a new batch; room for its header is left free. */
    static RecordSink of(Compression codec, ByteBuffer initial) {
        BatchBuffer batch = new BatchBuffer(initial);
        batch.reserve(BatchHeader.BYTES).position(BatchHeader.BYTES);
        return codec == Compression.NONE ? new Plain(batch) : new Compressing(batch, codec);
    }

    /** The buffer to write one record to, with so much room. */
    abstract ByteBuffer reserve(int bytes);

    abstract void endRecord();

    /** At most so many bytes will the batch have if so many bytes of records are added to it, and it is then finished. */
    abstract long sizeBoundWith(int moreRecordBytes);

    /** Brings {@link #sizeBoundWith} down to the truth if that is likely to be worth its cost; else returns false. */
    abstract boolean settle(int worthBytes);

    /** The batch with room for its header, from 0 to the limit. The sink must not be used any more. */
    abstract ByteBuffer finish();

    private static final class Plain extends RecordSink {
        Plain(BatchBuffer batch) {
            super(batch);
        }

        @Override
        ByteBuffer reserve(int bytes) {
            return batch.reserve(bytes);
        }

        @Override
        void endRecord() {}

        @Override
        long sizeBoundWith(int moreRecordBytes) {
            return (long) batch.size() + moreRecordBytes;
        }

        @Override
        boolean settle(int worthBytes) {
            return false;
        }

        @Override
        ByteBuffer finish() {
            return batch.finish();
        }
    }

    private static final class Compressing extends RecordSink {
        private final Compression codec;
        private final BatchBuffer scratch = new BatchBuffer(SCRATCH_BYTES);
        private final OutputStream compressor;
        /** Bytes given to the codec that may not have left it yet. */
        private long unsettled;

        Compressing(BatchBuffer batch, Compression codec) {
            super(batch);
            this.codec = codec;
            this.compressor = Codecs.compressing(codec, batch, this);
        }

        @Override
        ByteBuffer reserve(int bytes) {
            return scratch.reserve(bytes);
        }

        @Override
        void endRecord() {
            try {
                unsettled += scratch.size();
                scratch.drainTo(compressor);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        long sizeBoundWith(int moreRecordBytes) {
            return batch.size() + Codecs.compressedBound(codec, unsettled + moreRecordBytes);
        }

        @Override
        boolean settle(int worthBytes) {
            if (unsettled < worthBytes) {
                return false;
            }
            try {
                compressor.flush();
                unsettled = 0;
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        ByteBuffer finish() {
            try {
                compressor.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return batch.finish();
        }
    }
}
