package io.kontiki.proto;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Records of a message as a buffer. Any thread. */
public final class RecordBytes {
    private RecordBytes() {}

    /**
     * The bytes without a copy, from position 0 to the limit. With an array, if they lie in one, as those of {@link
     * AliasingMarshaller} do: who parses them is faster there. Not to be written to, whatever the buffer allows.
     */
    public static ByteBuffer of(ByteString bytes) {
        Pieces pieces = new Pieces();
        try {
            UnsafeByteOperations.unsafeWriteTo(bytes, pieces);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pieces.count == 1 ? pieces.last : bytes.asReadOnlyByteBuffer().slice();
    }

    /** What a byte string consists of: it hands that out as it is. */
    private static final class Pieces extends ByteOutput {
        private int count;
        private ByteBuffer last;

        private void add(ByteBuffer piece) {
            count++;
            last = piece.slice();
        }

        @Override
        public void writeLazy(byte[] value, int offset, int length) {
            add(ByteBuffer.wrap(value, offset, length));
        }

        @Override
        public void writeLazy(ByteBuffer value) {
            add(value);
        }

        @Override
        public void write(byte value) {
            throw copied();
        }

        @Override
        public void write(byte[] value, int offset, int length) {
            throw copied();
        }

        @Override
        public void write(ByteBuffer value) {
            throw copied();
        }

        private static AssertionError copied() {
            return new AssertionError("a byte string hands out what it holds, nothing to be copied");
        }
    }
}
