package io.kontiki.log;

import java.nio.ByteBuffer;

/** Where a read of a log puts the batches. Whoever asks for the read decides how long they stay there. */
@FunctionalInterface
public interface ReadMemory {
    /** New memory for each read, which stays. */
    ReadMemory NEW = ByteBuffer::allocate;

    /**
     * @param bytes at least 0
     * @return so many bytes from position 0 to the limit, with whatever in them, in an array
     */
    ByteBuffer take(int bytes);
}
