package io.kontiki.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class RecordBytesTest {
    private static final byte[] BYTES = {9, 1, 2, 3, 9};

    @Test
    void bytesOfOneArrayStayThere() {
        ByteBuffer view = RecordBytes.of(UnsafeByteOperations.unsafeWrap(BYTES, 1, 3));

        assertThat(view.array()).isSameAs(BYTES);
        assertThat(view.position()).isZero();
        assertThat(view).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }

    @Test
    void bytesOutsideTheHeapAreTheSame() {
        ByteBuffer outside = ByteBuffer.allocateDirect(3).put(BYTES, 1, 3).flip();

        ByteBuffer view = RecordBytes.of(UnsafeByteOperations.unsafeWrap(outside));

        assertThat(view).isEqualTo(outside);
    }

    @Test
    void piecesBecomeOne() {
        // Long enough that the byte string does not copy them itself.
        ByteString first = ByteString.copyFrom(new byte[1000]);
        ByteString second = ByteString.copyFrom(BYTES).concat(ByteString.copyFrom(new byte[1000]));

        ByteBuffer view = RecordBytes.of(first.concat(second));

        assertThat(view.remaining()).isEqualTo(2005);
        assertThat(view.slice(1000, 5)).isEqualTo(ByteBuffer.wrap(BYTES));
    }

    @Test
    void nothingIsAnEmptyBuffer() {
        assertThat(RecordBytes.of(ByteString.EMPTY).hasRemaining()).isFalse();
    }
}
