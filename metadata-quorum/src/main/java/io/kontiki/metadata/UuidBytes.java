package io.kontiki.metadata;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.UUID;

/** UUIDs as they travel: 16 bytes, most significant first. */
public final class UuidBytes {
    public static final int LENGTH = 16;

    private UuidBytes() {}

    public static ByteString toBytes(UUID id) {
        var buffer = ByteBuffer.allocate(LENGTH);
        buffer.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        return ByteString.copyFrom(buffer.flip());
    }

    /** @throws IllegalArgumentException if {@code bytes} is not 16 bytes long */
    public static UUID fromBytes(ByteString bytes) {
        if (!isValid(bytes)) {
            throw new IllegalArgumentException("a UUID has " + LENGTH + " bytes, not " + bytes.size());
        }
        var buffer = bytes.asReadOnlyByteBuffer();
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    /** Whether {@link #fromBytes} accepts it. */
    public static boolean isValid(ByteString bytes) {
        return bytes.size() == LENGTH;
    }
}
