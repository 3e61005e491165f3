package io.kontiki.benchmark.versus.load;

/** What a timed reader does with each record: next to nothing, but it does look at it. Belongs to one thread. */
final class NumberSum {
    private long records;
    private long numbers;

    void onRecord(byte[] record) {
        records++;
        numbers += RecordContents.number(record);
    }

    long records() {
        return records;
    }

    /** @throws IllegalStateException if it did not see records 0 to {@code count} - 1 */
    void requireFirst(long count) {
        if (records != count || numbers != count * (count - 1) / 2) {
            throw new IllegalStateException("the timed reader saw " + records + " records, not the " + count
                    + " that were written, or others than those");
        }
    }
}
