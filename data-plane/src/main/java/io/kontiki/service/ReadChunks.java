package io.kontiki.service;

import io.kontiki.log.ReadMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Memory for records between the log and the transport, which copies them: chunks that are used again and again. New memory
 * for each answer has to be cleared, is in no processor's cache, and is soon the collector's work. Any thread.
 */
final class ReadChunks {
    /** What a consumer or a follower is given at a time, unless one batch is larger. */
    static final int CHUNK_BYTES = 1 << 20;

    private static final int KEPT_MAX = 16;
    /** Less gets memory of its own: an answer that its consumer does not take would hold a chunk that is mostly empty. */
    private static final int LEAST_BYTES = CHUNK_BYTES / 16;

    private final Queue<ByteBuffer> kept = new ArrayBlockingQueue<>(KEPT_MAX);

    private ByteBuffer take() {
        ByteBuffer chunk = kept.poll();
        return chunk == null ? ByteBuffer.allocate(CHUNK_BYTES) : chunk;
    }

    /** Chunks that nobody uses now. */
    int kept() {
        return kept.size();
    }

    /** For one reader. */
    Memory memory() {
        return new Memory();
    }

    /**
     * The memory of one answer at a time. Whoever does not give it back leaves it to the collector: so it is not to be given
     * back as long as somebody might still read into it, or send what was read. Not thread-safe.
     */
    final class Memory implements ReadMemory {
        private final List<ByteBuffer> taken = new ArrayList<>(1);

        private Memory() {}

        @Override
        public ByteBuffer take(int bytes) {
            boolean fits = !taken.isEmpty() && taken.get(taken.size() - 1).remaining() >= bytes;
            if (!fits && (bytes < LEAST_BYTES || bytes > CHUNK_BYTES)) {
                return ByteBuffer.allocate(bytes);
            }
            if (!fits) {
                taken.add(ReadChunks.this.take());
            }
            ByteBuffer chunk = taken.get(taken.size() - 1);
            ByteBuffer part = chunk.slice(chunk.position(), bytes);
            chunk.position(chunk.position() + bytes);
            return part;
        }

        /** Bytes of the chunks taken that nothing was read into: they are held as those that are sent are. */
        int unusedBytes() {
            int unused = 0;
            for (ByteBuffer chunk : taken) {
                unused += chunk.remaining();
            }
            return unused;
        }

        /** Nobody needs what was taken any more. */
        void giveBack() {
            // Those that find no room go.
            taken.forEach(chunk -> kept.offer(chunk.clear()));
            taken.clear();
        }
    }
}
