package io.kontiki.chaos.check;

import io.kontiki.chaos.history.Anomaly;
import io.kontiki.chaos.history.Operation.Seen;
import io.kontiki.chaos.history.Operation.Send;
import io.kontiki.chaos.history.Outcome;
import io.kontiki.chaos.history.RecordId;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Compares a partition's log, as it is in the end, with what was sent to it. */
final class FinalLog {
    private final int partition;
    private final ReadLog log;
    private final GivenUp givenUp;
    private final Findings findings;

    /** By producer. */
    private final Map<Integer, BitSet> present = new HashMap<>();

    private final Map<Integer, Long> newest = new HashMap<>();

    FinalLog(int partition, ReadLog log, GivenUp givenUp, Findings findings) {
        this.partition = partition;
        this.log = log;
        this.givenUp = givenUp;
        this.findings = findings;
    }

    /** @param sentBy what was sent to this partition, by producer */
    void compare(Map<Integer, SentLog> sentBy) {
        for (long offset = 0; offset < log.end(); offset++) {
            log.at(offset).filter(Seen::readable).ifPresent(seen -> onRecord(seen, sentBy));
        }
    }

    private void onRecord(Seen seen, Map<Integer, SentLog> sentBy) {
        SentLog sent = sentBy.get(seen.producer());
        if (sent == null || !sent.sent(seen.sequence())) {
            return; // A phantom, which is told with the reads.
        }
        BitSet there = present.computeIfAbsent(seen.producer(), producer -> new BitSet());
        int sequence = (int) seen.sequence();
        if (there.get(sequence)) {
            if (sent.idempotent()) {
                findings.add(Anomaly.DUPLICATED, () -> id(seen) + " is also at offset " + seen.offset());
            }
            return;
        }
        there.set(sequence);
        Long before = newest.merge(seen.producer(), seen.sequence(), Math::max);
        if (before > seen.sequence()) {
            findings.add(
                    Anomaly.REORDERED,
                    () -> id(seen) + ", at offset " + seen.offset() + ", is behind number " + before);
        }
    }

    private RecordId id(Seen seen) {
        return new RecordId(seen.producer(), partition, seen.sequence());
    }

    /** How many acknowledged records are not there though that is no anomaly: with acks=1, or given up by an operator. */
    record Missing(long leaderOnly, long givenUp) {}

    /** Looks for each acknowledged record of one producer. */
    Missing findLost(int producer, SentLog sent) {
        BitSet there = present.getOrDefault(producer, new BitSet());
        long leaderOnly = 0;
        long surrendered = 0;
        for (int sequence = 0; sequence < sent.size(); sequence++) {
            if (sent.sent(sequence) && sent.outcome(sequence) == Outcome.OK) {
                RecordId id = new RecordId(producer, partition, sequence);
                if (there.get(sequence)) {
                    checkPlace(id, sent);
                } else if (!sent.idempotent()) {
                    leaderOnly++;
                } else if (givenUp.covers(sent.offset(sequence), sent.completed(sequence))) {
                    surrendered++;
                } else {
                    onLost(id, sent.offset(sequence));
                }
            }
        }
        return new Missing(leaderOnly, surrendered);
    }

    private void onLost(RecordId id, long told) {
        findings.add(
                Anomaly.LOST,
                () -> id + " was acknowledged at offset " + told + ", where now is "
                        + (told == Send.NO_OFFSET ? Optional.empty() : log.at(told)));
    }

    private void checkPlace(RecordId id, SentLog sent) {
        long told = sent.offset(id.sequence());
        Seen expected = new Seen(told, id.producer(), id.sequence());
        if (sent.idempotent() && told != Send.NO_OFFSET && !log.at(told).equals(Optional.of(expected))) {
            findings.add(
                    Anomaly.MOVED, () -> id + " was acknowledged at offset " + told + ", where now is " + log.at(told));
        }
    }
}
