package io.kontiki.broker.http;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many bytes the answers may hold that are being written. Where a new one finds no room, those give way that their
 * callers have been reading for longest, if that is longer than a moment. One answer alone always has room, however large.
 * Thread-safe.
 */
final class HttpRoom {
    static final long BYTES_MAX = 32 << 20;
    static final int MOMENT_MILLIS = 1_000;

    private final long bytesMax;
    /** By when their writing began, the earliest first. Guarded by this, as are the sums. */
    private final Map<HttpTurn, Long> held = new LinkedHashMap<>();

    private long bytes;

    HttpRoom(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Whether there is room for an answer that this turn is about to write. */
    synchronized boolean take(HttpTurn turn, long size) {
        if (size == 0) {
            return true;
        }
        var each = held.entrySet().iterator();
        while (bytes > 0 && bytes + size > bytesMax && each.hasNext()) {
            var earlier = each.next();
            // Its thread notices in no time.
            if (earlier.getKey().cutIfLate(Integer.MAX_VALUE, MOMENT_MILLIS)) {
                bytes -= earlier.getValue();
                each.remove();
            }
        }
        if (bytes > 0 && bytes + size > bytesMax) {
            return false;
        }
        held.put(turn, size);
        bytes += size;
        return true;
    }

    /** The turn has written its answer, or could not. */
    synchronized void leave(HttpTurn turn) {
        Long size = held.remove(turn);
        bytes -= size == null ? 0 : size;
    }
}
