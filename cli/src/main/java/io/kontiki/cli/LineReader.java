package io.kontiki.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Cuts a stream of bytes into lines at each line feed, byte for byte: nothing is decoded, and a carriage return stays
 * with its line. The last line may lack its line feed. Holds one line and one block in memory. Not thread-safe.
 */
final class LineReader {
    private static final int BLOCK_BYTES = 64 * 1024;

    private final InputStream in;
    private final int maxLineBytes;
    private final byte[] block = new byte[BLOCK_BYTES];
    private int blockStart;
    private int blockEnd;
    private long lines;
    private long bytesRead;

    /** @param maxLineBytes longest line taken, without its line feed, at least 1 */
    LineReader(InputStream in, int maxLineBytes) {
        this.in = in;
        this.maxLineBytes = maxLineBytes;
    }

    /**
     * The next line without its line feed, in an array of its own; empty at the end of the stream.
     *
     * @throws LineTooLongException naming the line
     */
    Optional<byte[]> next() throws IOException {
        byte[] line = {};
        while (blockStart < blockEnd || fill()) {
            int feed = indexOfFeed();
            int end = feed < 0 ? blockEnd : feed;
            line = append(line, end);
            blockStart = end;
            if (feed >= 0) {
                blockStart++;
                lines++;
                return Optional.of(line);
            }
        }
        if (line.length == 0) {
            return Optional.empty();
        }
        lines++;
        return Optional.of(line);
    }

    /** Bytes taken from the stream so far, a little more than the lines returned. */
    long bytesRead() {
        return bytesRead;
    }

    private boolean fill() throws IOException {
        int read = in.read(block);
        blockStart = 0;
        blockEnd = Math.max(read, 0);
        bytesRead += blockEnd;
        return read > 0;
    }

    private int indexOfFeed() {
        for (int i = blockStart; i < blockEnd; i++) {
            if (block[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private byte[] append(byte[] line, int end) throws LineTooLongException {
        int more = end - blockStart;
        if (line.length + (long) more > maxLineBytes) {
            throw new LineTooLongException(lines + 1, maxLineBytes);
        }
        if (line.length == 0) {
            return Arrays.copyOfRange(block, blockStart, end);
        }
        byte[] longer = Arrays.copyOf(line, line.length + more);
        System.arraycopy(block, blockStart, longer, line.length, more);
        return longer;
    }

    /** A line is longer than allowed. */
    static final class LineTooLongException extends IOException {
        LineTooLongException(long lineNumber, int maxLineBytes) {
            super("line " + lineNumber + " is longer than " + maxLineBytes + " bytes");
        }
    }
}
