package io.kontiki.quickstart;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares what was read back with what was sent. Not thread-safe; used once.
 *
 * <p>Records must be handed over in the order of their offsets within each partition. A line whose outcome is unknown may
 * be there or not, but not twice, not altered, and in its place within its key.
 */
final class Checker {
    private static final int FINDINGS_MAX = 10;

    private final History history;
    private final BitSet seen = new BitSet();
    private final Map<String, Integer> lastIndexOfKey = new HashMap<>();
    private final Map<Integer, Integer> lastIndexOfPartition = new HashMap<>();
    private final List<String> findings = new ArrayList<>();
    private int consumed;
    private int altered;
    private int duplicated;
    private int disordered;

    Checker(History history) {
        this.history = history;
    }

    void onRecord(Received received) {
        consumed++;
        int index = received.index();
        if (index < 0 || index >= history.sent()) {
            altered++;
            find("never sent: " + received);
            return;
        }
        Line line = history.line(index);
        if (!line.key().equals(received.key()) || !line.text().equals(received.text())) {
            altered++;
            find("altered: " + line + " came back as " + received);
            return;
        }
        if (seen.get(index)) {
            duplicated++;
            find("duplicated: " + received);
            return;
        }
        seen.set(index);
        checkPlace(received);
        checkOrder(received);
    }

    /** The offset given with an acknowledgement is a promise, too. */
    private void checkPlace(Received received) {
        if (history.outcome(received.index()) instanceof History.Acked acked
                && (acked.partition() != received.partition()
                        || acked.offset().orElse(received.offset()) != received.offset())) {
            altered++;
            find("moved: " + acked + ", read as " + received);
        }
    }

    /** One producer sent all lines in the order of their index, so each partition must hold them in that order, too. */
    private void checkOrder(Received received) {
        boolean keyKept = follows(lastIndexOfKey, received.key(), received.index());
        boolean partitionKept = follows(lastIndexOfPartition, received.partition(), received.index());
        if (!keyKept || !partitionKept) {
            disordered++;
            find("out of order within its " + (keyKept ? "partition: " : "key: ") + received);
        }
    }

    private static <K> boolean follows(Map<K, Integer> lastIndexes, K place, int index) {
        Integer last = lastIndexes.get(place);
        if (last != null && last > index) {
            return false;
        }
        lastIndexes.put(place, index);
        return true;
    }

    /** To be called after the last record. */
    Verdict verdict() {
        int lost = 0;
        for (int index = 0; index < history.sent(); index++) {
            if (!seen.get(index) && history.outcome(index) instanceof History.Acked acked) {
                lost++;
                find("lost: " + history.line(index) + ", " + acked);
            }
        }
        return new Verdict(consumed, lost, altered, duplicated, disordered, findings);
    }

    private void find(String finding) {
        if (findings.size() < FINDINGS_MAX) {
            findings.add(finding);
        }
    }
}
