package io.kontiki.record;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.kontiki.record.InvalidBatchException.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import org.xerial.snappy.SnappyError;
import org.xerial.snappy.SnappyOutputStream;

/**
 * The codecs, framed as Kafka's clients and brokers frame them:
 *
 * <pre>
 * GZIP    RFC 1952
 * SNAPPY  the stream of snappy-java: 16 bytes of header, then blocks of 32 KiB, each behind its compressed length
 * LZ4     the LZ4 frame: independent blocks of 64 KiB, checksum of the header, none of blocks or content
 * ZSTD    RFC 8878, level 3
 * </pre>
 *
 * All of them work piece by piece over memory. Native memory that a stream holds is freed when the stream is closed, or
 * when its owner is unreachable.
 */
final class Codecs {
    private static final int BUFFER_BYTES = 8 * 1024;
    private static final int ZSTD_LEVEL = 3;
    /** More than any of the framings takes at the begin and the end together. */
    private static final int FRAMING_BYTES = 128;

    private static final Cleaner CLEANER = Cleaner.create();

    private Codecs() {}

    /**
     * A stream that compresses what is written to it into {@code target}.
     *
     * @param owner whose reachability keeps the stream's native memory; must not be reachable from {@code target}
     */
    static OutputStream compressing(Compression codec, BatchBuffer target, Object owner) {
        try {
            return switch (codec) {
                case NONE -> target;
                case GZIP -> new GZIPOutputStream(target, BUFFER_BYTES, true);
                case SNAPPY -> new SnappyOutputStream(target);
                case LZ4 -> new LZ4FrameOutputStream(target, BLOCKSIZE.SIZE_64KB, FLG.Bits.BLOCK_INDEPENDENCE);
                case ZSTD ->
                    closedBehind(
                            owner, new ZstdOutputStreamNoFinalizer(target, RecyclingBufferPool.INSTANCE, ZSTD_LEVEL));
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (LinkageError | SnappyError e) {
            throw unavailable(codec, e);
        }
    }

    /**
     * At most so many bytes do these bytes take, with the framing's begin and end. Only snappy grows what it cannot
     * compress by more than a few bytes to a block.
     */
    static long compressedBound(Compression codec, long bytes) {
        long blocks = FRAMING_BYTES + bytes + bytes / 256;
        return codec == Compression.SNAPPY ? blocks + bytes / 6 : blocks;
    }

    /**
     * A stream of the bytes that {@code source} was made from. Its reads throw IOException or, from inside a codec, any
     * RuntimeException where the source is broken.
     *
     * @param maxBytes no more than this will be read, so that a codec refuses to set aside more at once
     * @param owner whose reachability keeps the stream's native memory; must not be reachable from {@code source}
     */
    static InputStream expanding(Compression codec, ByteBuffer source, int maxBytes, Object owner) {
        try {
            return switch (codec) {
                case NONE -> new BufferInput(source);
                case GZIP -> new GzipInput(source);
                case SNAPPY -> new SnappyInput(source, maxBytes);
                case LZ4 -> new LZ4FrameInputStream(new BufferInput(source));
                case ZSTD ->
                    closedBehind(
                            owner,
                            new ZstdInputStreamNoFinalizer(new BufferInput(source), RecyclingBufferPool.INSTANCE));
            };
        } catch (IOException e) {
            throw new InvalidBatchException(
                    Reason.INVALID_RECORD, codec + " records cannot be read: " + e.getMessage());
        } catch (LinkageError | SnappyError e) {
            throw unavailable(codec, e);
        }
    }

    private static <T extends Closeable> T closedBehind(Object owner, T stream) {
        CLEANER.register(owner, () -> {
            try {
                stream.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return stream;
    }

    /** A native library that this machine cannot load must not end the process. */
    private static InvalidBatchException unavailable(Compression codec, Error cause) {
        return new InvalidBatchException(
                Reason.UNSUPPORTED_COMPRESSION,
                "compression " + codec + " is not available on this machine, its library does not load: " + cause);
    }
}
