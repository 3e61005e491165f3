package io.kontiki.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

final class TestBytes {
    private TestBytes() {}

    static ByteBuffer of(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
