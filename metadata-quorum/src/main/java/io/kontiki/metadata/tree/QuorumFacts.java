package io.kontiki.metadata.tree;

import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the image does not hold: the quorum, as the one who shows the tree knows it.
 *
 * @param quorumId drawn when it was formed, if known
 * @param term of the quorum, if known
 * @param leaderId who leads, if known
 * @param voters broker ids, and of each its name and address in the quorum as {@code ID-STORAGE@HOST:PORT}, empty if not known
 * @param committedIndex highest index of the metadata log known to be committed, if known
 */
public record QuorumFacts(
        Optional<String> quorumId,
        OptionalLong term,
        OptionalInt leaderId,
        SortedMap<Integer, String> voters,
        OptionalLong committedIndex) {
    /** Nothing is known. */
    public static final QuorumFacts NONE = new QuorumFacts(
            Optional.empty(), OptionalLong.empty(), OptionalInt.empty(), new TreeMap<>(), OptionalLong.empty());

    public QuorumFacts {
        Objects.requireNonNull(quorumId);
        Objects.requireNonNull(term);
        Objects.requireNonNull(leaderId);
        Objects.requireNonNull(committedIndex);
        voters = Collections.unmodifiableSortedMap(new TreeMap<>(voters));
    }
}
