package io.kontiki.benchmark.allocation;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one way of a batch allocates.
 *
 * @param judged whether it may allocate nothing for a record
 * @param bytesByRecords bytes for a batch, by the number of records in it; of two numbers at least
 */
record MeasuredPath(String name, boolean judged, SortedMap<Integer, Double> bytesByRecords) {
    /** A measurement of allocation is not exact to the byte, and threads in the background allocate, too. */
    static final double BYTES_PER_RECORD_MAX = 1;

    MeasuredPath {
        if (bytesByRecords.size() < 2) {
            throw new IllegalArgumentException(name + ": no growth is seen at " + bytesByRecords);
        }
        bytesByRecords = new TreeMap<>(bytesByRecords);
    }

    /** By how much a record more lets a batch's bytes grow, from the fewest records to the most; below 0 if they shrink. */
    double bytesPerRecord() {
        int fewest = bytesByRecords.firstKey();
        int most = bytesByRecords.lastKey();
        return (bytesByRecords.get(most) - bytesByRecords.get(fewest)) / (most - fewest);
    }

    /** Whether it is judged, and allocates for each record. */
    boolean fails() {
        // Not a number fails, too.
        return judged && !(bytesPerRecord() <= BYTES_PER_RECORD_MAX);
    }
}
