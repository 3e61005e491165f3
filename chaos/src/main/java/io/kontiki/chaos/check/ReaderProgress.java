package io.kontiki.chaos.check;

import io.kontiki.chaos.history.Anomaly;
import io.kontiki.chaos.history.Operation.Read;
import io.kontiki.chaos.history.Operation.Seen;
import java.util.ArrayList;
import java.util.List;

/** How one consumer went through one partition. */
final class ReaderProgress {
    private static final long NOWHERE = -1;

    /** Offsets between two that were read one after the other; both ends are exclusive. */
    private record Gap(long after, long before) {}

    private final String name;
    private final Findings findings;
    private final List<Gap> gaps = new ArrayList<>();
    private long last = NOWHERE;

    ReaderProgress(String name, Findings findings) {
        this.name = name;
        this.findings = findings;
    }

    void onRead(Read read) {
        if (read.moved()) {
            last = NOWHERE;
        }
        for (Seen seen : read.records()) {
            onRecord(seen.offset());
        }
    }

    private void onRecord(long offset) {
        long before = last;
        last = offset;
        if (before == NOWHERE) {
            return;
        }
        if (offset <= before) {
            findings.add(Anomaly.WENT_BACK, () -> name + " got offset " + offset + " after " + before);
        } else if (offset > before + 1) {
            gaps.add(new Gap(before, offset));
        }
    }

    /** Control batches make gaps, too; a gap with a record in it is none of theirs. */
    void findSkipped(ReadLog log) {
        for (Gap gap : gaps) {
            for (long offset = gap.after() + 1; offset < gap.before(); offset++) {
                long skipped = offset;
                log.at(offset)
                        .ifPresent(seen -> findings.add(
                                Anomaly.SKIPPED,
                                () -> name + " went from offset " + gap.after() + " to " + gap.before()
                                        + ", though a record is at " + skipped));
            }
        }
    }
}
