package io.kontiki.log;

/** Hears how the opening of one log gets on; called by the thread that opens it. */
public interface RecoveryListener {
    /** For whom it is quick enough. */
    RecoveryListener NONE = new RecoveryListener() {
        @Override
        public void onSegments(int count) {}

        @Override
        public void onSegmentDone(long scannedBytes) {}
    };

    /**
     * The log's segments were counted. Comes once, first.
     *
     * @param count segments to load or verify, at least 1
     */
    void onSegments(int count);

    /**
     * One of them was loaded or verified. Does not come for segments behind a cut.
     *
     * @param scannedBytes bytes whose checksums were verified; 0 for a segment that was only loaded
     */
    void onSegmentDone(long scannedBytes);
}
