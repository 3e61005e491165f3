package io.kontiki.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.chaos.history.Anomaly;
import io.kontiki.chaos.history.Operation;
import io.kontiki.chaos.history.Operation.Acks;
import io.kontiki.chaos.history.Operation.Healed;
import io.kontiki.chaos.history.Operation.Noticed;
import io.kontiki.chaos.history.Operation.Read;
import io.kontiki.chaos.history.Operation.ReadFailed;
import io.kontiki.chaos.history.Operation.Seen;
import io.kontiki.chaos.history.Operation.Send;
import io.kontiki.chaos.history.Outcome;
import io.kontiki.chaos.history.RecordId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each anomaly by a history that has it, beside a history that only looks like it. */
class CheckerTest {
    private static final long SERVING_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);
    private static final String TAIL = "tail-1";

    private static Verdict check(Operation... operations) {
        Checker checker = new Checker(SERVING_NANOS_MAX);
        Stream.of(operations).forEach(checker::onOperation);
        return checker.verdict();
    }

    private static Map<Anomaly, Long> anomalies(Operation... operations) {
        return check(operations).counts();
    }

    private static Send sent(int producer, long sequence, Acks acks, Outcome outcome, long offset) {
        return new Send(new RecordId(producer, 0, sequence), acks, 1, 2, outcome, offset, "");
    }

    /** Of producer 0, with acks=all. */
    private static Send acked(long sequence, long offset) {
        return sent(0, sequence, Acks.ALL, Outcome.OK, offset);
    }

    private static Send unknown(long sequence) {
        return sent(0, sequence, Acks.ALL, Outcome.UNKNOWN, Send.NO_OFFSET);
    }

    private static Seen seen(long offset, long sequence) {
        return new Seen(offset, 0, sequence);
    }

    private static Read read(String consumer, Seen... records) {
        return new Read(consumer, 0, 3, false, List.of(records));
    }

    private static Read inTheEnd(Seen... records) {
        return read(Checker.FINAL_READER, records);
    }

    @Test
    void soundHistoryIsClean() {
        Verdict verdict = check(
                acked(0, 0),
                unknown(1),
                unknown(2),
                acked(3, 3),
                read(TAIL, seen(0, 0), seen(1, 2)),
                read(TAIL, seen(3, 3)),
                inTheEnd(seen(0, 0), seen(1, 2), seen(3, 3)));

        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.clean()).isTrue();
        assertThat(verdict.tallies())
                .containsEntry("sent", 4L)
                .containsEntry("acknowledged", 2L)
                .containsEntry("unknown", 2L)
                .containsEntry("read", 6L);
    }

    @Test
    void acknowledgedRecordThatIsNotThereIsLost() {
        assertThat(anomalies(acked(0, 0), acked(1, 1), inTheEnd(seen(0, 0)))).isEqualTo(Map.of(Anomaly.LOST, 1L));
    }

    @Test
    void acknowledgedRecordIsLostAlsoIfSomebodyReadItBefore() {
        assertThat(anomalies(acked(0, 0), acked(1, 1), read(TAIL, seen(1, 1)), inTheEnd(seen(0, 0))))
                .isEqualTo(Map.of(Anomaly.LOST, 1L));
    }

    @Test
    void everythingIsLostIfNobodyCouldReadInTheEnd() {
        assertThat(anomalies(acked(0, 0), acked(1, 1))).isEqualTo(Map.of(Anomaly.LOST, 2L));
    }

    @Test
    void recordOfOneAcknowledgementMayBeLostAndIsCounted() {
        Verdict verdict = check(
                sent(0, 0, Acks.LEADER, Outcome.OK, 0), sent(0, 1, Acks.LEADER, Outcome.OK, 1), inTheEnd(seen(0, 1)));

        assertThat(verdict.clean()).isTrue();
        assertThat(verdict.tallies()).containsEntry("acks=1 lost", 1L);
    }

    @Test
    void recordAtAnotherOffsetThanToldIsMoved() {
        assertThat(anomalies(acked(0, 0), acked(1, 1), inTheEnd(seen(0, 0), seen(2, 1))))
                .isEqualTo(Map.of(Anomaly.MOVED, 1L));
    }

    @Test
    void recordWhoseOffsetWasNotToldIsNotMoved() {
        assertThat(anomalies(acked(0, Send.NO_OFFSET), inTheEnd(seen(7, 0)))).isEmpty();
    }

    @Test
    void recordThatIsThereTwiceIsDuplicated() {
        assertThat(anomalies(acked(0, 0), unknown(1), inTheEnd(seen(0, 0), seen(1, 1), seen(2, 1))))
                .isEqualTo(Map.of(Anomaly.DUPLICATED, 1L));
    }

    @Test
    void recordOfOneAcknowledgementMayBeThereTwice() {
        assertThat(anomalies(
                        sent(0, 0, Acks.LEADER, Outcome.OK, 1),
                        sent(0, 1, Acks.LEADER, Outcome.OK, 2),
                        inTheEnd(seen(0, 0), seen(1, 0), seen(2, 1))))
                .isEmpty();
    }

    @Test
    void recordBehindALaterOneIsReordered() {
        assertThat(anomalies(unknown(0), acked(1, 0), inTheEnd(seen(0, 1), seen(1, 0))))
                .isEqualTo(Map.of(Anomaly.REORDERED, 1L));
    }

    @Test
    void recordsOfDifferentProducersHaveNoOrder() {
        assertThat(anomalies(
                        sent(1, 0, Acks.ALL, Outcome.OK, 1),
                        acked(0, 0),
                        acked(1, 2),
                        inTheEnd(seen(0, 0), new Seen(1, 1, 0), seen(2, 1))))
                .isEmpty();
    }

    @Test
    void recordThatCannotBeReadIsAltered() {
        assertThat(anomalies(acked(0, 0), unknown(1), inTheEnd(seen(0, 0), new Seen(1, Seen.UNREADABLE, 0))))
                .isEqualTo(Map.of(Anomaly.ALTERED, 1L));
    }

    @Test
    void recordThatNobodySentIsAPhantom() {
        assertThat(anomalies(acked(0, 0), inTheEnd(seen(0, 0), seen(1, 1)))).isEqualTo(Map.of(Anomaly.PHANTOM, 1L));
        assertThat(anomalies(acked(0, 0), read(TAIL, new Seen(1, 5, 0)), inTheEnd(seen(0, 0))))
                .isEqualTo(Map.of(Anomaly.PHANTOM, 1L));
    }

    @Test
    void recordThatWasRefusedForCertainIsAPhantom() {
        Send refused = sent(0, 1, Acks.ALL, Outcome.FAILED, Send.NO_OFFSET);

        assertThat(anomalies(acked(0, 0), refused, inTheEnd(seen(0, 0), seen(1, 1))))
                .isEqualTo(Map.of(Anomaly.PHANTOM, 1L));
        assertThat(anomalies(acked(0, 0), refused, inTheEnd(seen(0, 0)))).isEmpty();
    }

    @Test
    void consumerThatGetsAnOffsetAgainWentBack() {
        assertThat(anomalies(
                        acked(0, 0),
                        acked(1, 1),
                        read(TAIL, seen(0, 0), seen(1, 1)),
                        read(TAIL, seen(1, 1)),
                        inTheEnd(seen(0, 0), seen(1, 1))))
                .isEqualTo(Map.of(Anomaly.WENT_BACK, 1L));
    }

    @Test
    void consumerThatWasMovedMayGetAnOffsetAgain() {
        assertThat(anomalies(
                        acked(0, 0),
                        acked(1, 1),
                        read(TAIL, seen(1, 1)),
                        new Read(TAIL, 0, 3, true, List.of(seen(0, 0), seen(1, 1))),
                        inTheEnd(seen(0, 0), seen(1, 1))))
                .isEmpty();
    }

    @Test
    void consumerThatPassesOverARecordSkippedIt() {
        assertThat(anomalies(
                        acked(0, 0),
                        acked(1, 1),
                        acked(2, 3),
                        read(TAIL, seen(0, 0)),
                        read(TAIL, seen(3, 2)),
                        inTheEnd(seen(0, 0), seen(1, 1), seen(3, 2))))
                .isEqualTo(Map.of(Anomaly.SKIPPED, 1L));
    }

    @Test
    void twoReadersOfOneOffsetThatSeeDifferentRecordsDiverge() {
        assertThat(anomalies(unknown(0), acked(1, 0), read(TAIL, seen(0, 0)), inTheEnd(seen(0, 1))))
                .isEqualTo(Map.of(Anomaly.DIVERGED, 1L));
    }

    @Test
    void consumerThatIsRefusedIsTold() {
        assertThat(anomalies(new ReadFailed(TAIL, 0, 1, "OFFSET_OUT_OF_RANGE")))
                .isEqualTo(Map.of(Anomaly.READ_REFUSED, 1L));
    }

    @Test
    void partitionThatTakesNoRecordSoonAfterHealingIsNotServing() {
        Send before = new Send(new RecordId(0, 0, 0), Acks.ALL, 10, 30, Outcome.OK, 0, "");
        Send late = new Send(new RecordId(0, 0, 1), Acks.ALL, 21, 21 + SERVING_NANOS_MAX, Outcome.OK, 1, "");
        Send soon = new Send(new RecordId(0, 0, 1), Acks.ALL, 21, 20 + SERVING_NANOS_MAX, Outcome.OK, 1, "");
        Read all = inTheEnd(seen(0, 0), seen(1, 1));

        assertThat(anomalies(new Healed(20), before, late, all)).isEqualTo(Map.of(Anomaly.NOT_SERVING, 1L));
        assertThat(anomalies(new Healed(20), before, soon, all)).isEmpty();
        assertThat(anomalies(new Healed(20), before, inTheEnd(seen(0, 0)))).isEqualTo(Map.of(Anomaly.NOT_SERVING, 1L));
    }

    @Test
    void whatTheHarnessNoticedIsTold() {
        assertThat(anomalies(new Noticed(Anomaly.REPLICAS_DIFFER, 1, "partition 0")))
                .containsKey(Anomaly.REPLICAS_DIFFER);
    }

    @Test
    void manyFindingsAreCountedAndAFewTold() {
        Operation[] lost = Stream.iterate(0L, sequence -> sequence < 1000, sequence -> sequence + 1)
                .map(sequence -> acked(sequence, sequence))
                .toArray(Operation[]::new);

        Verdict verdict = check(lost);

        assertThat(verdict.counts()).isEqualTo(Map.of(Anomaly.LOST, 1000L));
        assertThat(verdict.findings()).hasSizeLessThan(20);
    }

    /** Acknowledgements here come at 2, reads at 3. */
    private static Operation.GivenUp givenUp(long from) {
        return new Operation.GivenUp(0, from, 4);
    }

    @Test
    void whatAnElectionGaveUpIsNotLost() {
        Operation[] history = {
            acked(0, 0), acked(1, 1), read(TAIL, seen(0, 0), seen(1, 1)), givenUp(1), inTheEnd(seen(0, 0))
        };

        Verdict verdict = check(history);

        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.tallies()).containsEntry("given up", 1L);
    }

    @Test
    void whatLiesBelowOrCameLaterIsLostAllTheSame() {
        Send later = new Send(new RecordId(0, 0, 2), Acks.ALL, 5, 6, Outcome.OK, 1, "");

        assertThat(anomalies(acked(0, 0), acked(1, 1), givenUp(1), inTheEnd()))
                .containsOnly(Map.entry(Anomaly.LOST, 1L));
        assertThat(anomalies(acked(0, 0), givenUp(1), later, inTheEnd(seen(0, 0))))
                .containsOnly(Map.entry(Anomaly.LOST, 1L));
    }

    @Test
    void otherRecordsMayComeWhereSomeWereGivenUp() {
        Operation[] before = {acked(0, 0), acked(1, 1), unknown(2), read(TAIL, seen(0, 0), seen(1, 1))};
        Read after = new Read("jump-1", 0, 5, true, List.of(seen(1, 2)));

        assertThat(anomalies(concat(before, givenUp(1), after, inTheEnd(seen(0, 0), seen(1, 2)))))
                .isEmpty();
        // A reader may be faster than the operator is told.
        assertThat(anomalies(concat(before, after, givenUp(1), inTheEnd(seen(0, 0), seen(1, 2)))))
                .isEmpty();
        assertThat(anomalies(concat(before, after, inTheEnd(seen(0, 0), seen(1, 1)))))
                .containsKey(Anomaly.DIVERGED);
    }

    @Test
    void readerBeyondTheEndIsSentBackWhereSomeWasGivenUp() {
        ReadFailed beyond = new ReadFailed(TAIL, 0, 5, "OFFSET_OUT_OF_RANGE: 2 is above 1");

        assertThat(anomalies(acked(0, 0), givenUp(1), beyond, inTheEnd(seen(0, 0))))
                .isEmpty();
        assertThat(anomalies(acked(0, 0), beyond, inTheEnd(seen(0, 0)))).containsKey(Anomaly.READ_REFUSED);
    }

    @Test
    void readerOfAnotherPartitionThanTheOneThatGaveSomeUpIsRefusedWithoutReason() {
        ReadFailed elsewhere = new ReadFailed(TAIL, 1, 5, "OFFSET_OUT_OF_RANGE: 2 is above 1");

        assertThat(anomalies(acked(0, 0), givenUp(1), elsewhere, inTheEnd(seen(0, 0))))
                .isEqualTo(Map.of(Anomaly.READ_REFUSED, 1L));
    }

    private static Operation[] concat(Operation[] first, Operation... rest) {
        return Stream.concat(Stream.of(first), Stream.of(rest)).toArray(Operation[]::new);
    }
}
