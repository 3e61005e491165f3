package io.kontiki.log;

/**
 * Whether a segment grows, and where its indexes are. Immutable: the segment replaces one by the next.
 *
 * <pre>
 * Growing ── seal ──► Sealed ── close ──► Closed
 *    ▲                  │
 *    └──── truncate ────┘
 * </pre>
 *
 * Each of the two indexes of a sealed segment:
 *
 * <pre>
 * Unwritten ── persist ──► InFile ── first look ──► Loaded
 *     ▲                      │ wrong                  │ wrong
 *     └─ made again from the batches ─────────────────┘
 * </pre>
 */
sealed interface SegmentState {
    /** The last segment of its log: the writer thread adds to both indexes, in memory. */
    record Growing(SegmentIndexes indexes, TransactionIndex transactions) implements SegmentState {
        static Growing empty(long baseOffset, int indexIntervalBytes) {
            return new Growing(
                    SegmentIndexes.empty(baseOffset, indexIntervalBytes), TransactionIndex.empty(baseOffset));
        }
    }

    /** @param endOffset where the next segment begins */
    record Sealed(long endOffset, Index<SegmentIndexes> indexes, Index<TransactionIndex> transactions)
            implements SegmentState {
        /** All is in the files, and nobody has looked. */
        static Sealed inFiles(long endOffset) {
            return new Sealed(endOffset, new InFile<>(), new InFile<>());
        }

        boolean isUnwritten() {
            return indexes instanceof Unwritten || transactions instanceof Unwritten;
        }

        Sealed withIndexes(Index<SegmentIndexes> newIndexes) {
            return new Sealed(endOffset, newIndexes, transactions);
        }

        Sealed withTransactions(Index<TransactionIndex> newTransactions) {
            return new Sealed(endOffset, indexes, newTransactions);
        }
    }

    /** Nobody may look at its files any more: others may have their names by now. */
    record Closed() implements SegmentState {}

    /** An index of a sealed segment. */
    sealed interface Index<T> {}

    /** It was not looked at, and may be missing or wrong. */
    record InFile<T>() implements Index<T> {}

    /** It can be looked up in. */
    sealed interface Known<T> extends Index<T> {
        T value();
    }

    /** In memory only, until the next checkpoint. */
    record Unwritten<T>(T value) implements Known<T> {}

    /** As the file has it. */
    record Loaded<T>(T value) implements Known<T> {}
}
