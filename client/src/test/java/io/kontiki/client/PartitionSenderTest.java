package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.PendingBatch.EncodedRecord;
import io.kontiki.record.Compression;
import io.kontiki.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionSenderTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final UUID TOPIC_ID = new UUID(1, 2);
    private static final ProducerIdentity FIRST_ID = new ProducerIdentity(7, (short) 0);
    private static final ProducerIdentity SECOND_ID = new ProducerIdentity(8, (short) 0);
    private static final BatchBounds BOUNDS = new BatchBounds(Compression.NONE, 1024, Integer.MAX_VALUE);
    private static final long DEADLINE = 1_000_000_000_000L;
    private static final long MAX_PAUSE = 100;

    private final PartitionSender sender =
            new PartitionSender(PARTITION, 5, true, new Backoff(10, MAX_PAUSE, new SplittableRandom(1)));
    private final Map<PendingBatch, CompletableFuture<RecordMetadata>> futures = new HashMap<>();
    private long attempts;
    private long now;

    private static Optional<Leader> leader(int epoch) {
        return Optional.of(new Leader(TOPIC_ID, epoch, new HostPort("b" + epoch, 1)));
    }

    private static KontikiException error(ErrorReason reason) {
        return new KontikiException(reason, "test");
    }

    private PendingBatch newBatch(long deadline) {
        return newBatch(deadline, 1);
    }

    private PendingBatch newBatch(long deadline, int records) {
        var batch = new PendingBatch(PARTITION, BOUNDS, ByteBuffer.allocate(100), 0, deadline);
        for (int i = 0; i < records; i++) {
            futures.put(batch, batch.add(new EncodedRecord(null, ByteBuffer.allocate(1), List.of(), 0, 1)));
        }
        batch.seal();
        return batch;
    }

    private void start() {
        sender.onLeader(leader(1));
        sender.useIdentity(FIRST_ID);
    }

    /** Adds a batch and sends it. */
    private PendingBatch sendNew() {
        return sendNew(1);
    }

    private PendingBatch sendNew(int records) {
        var batch = newBatch(DEADLINE, records);
        assertThat(sender.maySend(now)).isTrue();
        assertThat(sender.takesNew(true)).isTrue();
        sender.add(batch);
        sender.onSent(batch, ++attempts);
        return batch;
    }

    private List<PendingBatch> sendAgain() {
        var sent = new ArrayList<PendingBatch>();
        while (sender.maySend(now) && sender.nextAgain().isPresent()) {
            var batch = sender.nextAgain().get();
            sender.onSent(batch, ++attempts);
            sent.add(batch);
        }
        return sent;
    }

    private void fail(PendingBatch batch, ErrorReason reason) {
        sender.onFailed(batch, error(reason), reason.retriable(), now);
    }

    private static int sequence(PendingBatch batch) {
        return RecordBatch.at(batch.payload().asReadOnlyByteBuffer(), 0).baseSequence();
    }

    private static long producerId(PendingBatch batch) {
        return RecordBatch.at(batch.payload().asReadOnlyByteBuffer(), 0).producerId();
    }

    @Test
    void sendsNothingWithoutLeaderOrIdentity() {
        assertThat(sender.maySend(now)).isFalse();
        sender.onLeader(leader(1));
        assertThat(sender.maySend(now)).isFalse();
        sender.useIdentity(FIRST_ID);
        assertThat(sender.maySend(now)).isTrue();
    }

    @Test
    void keepsFiveInFlightAtMost() {
        start();
        for (int i = 0; i < 5; i++) {
            assertThat(sequence(sendNew())).isEqualTo(i);
        }
        assertThat(sender.maySend(now)).isFalse();
        assertThat(sender.takesNew(true)).isFalse();
    }

    /** Without sequences a second one could overtake the first, when that must be sent again. */
    @Test
    void keepsOneInFlightIfThatIsTheMost() {
        var one = new PartitionSender(PARTITION, 1, false, new Backoff(10, MAX_PAUSE, new SplittableRandom(1)));
        assertThat(one.takesNew(false)).isTrue();
        one.add(newBatch(DEADLINE));

        assertThat(one.takesNew(true)).isFalse();
        assertThat(one.takesNew(false)).isFalse();
    }

    @Test
    void whatIsNotFullWaitsWhileTwoAreUnderWay() {
        start();
        var first = sendNew();
        assertThat(sender.takesNew(false)).isTrue();
        sendNew();
        assertThat(sender.takesNew(false)).isFalse();
        assertThat(sender.takesNew(true)).isTrue();

        sender.onStored(first, OptionalLong.of(0));

        assertThat(sender.takesNew(false)).isTrue();
    }

    @Test
    void afterAFailureEverythingFromTheFirstGoesAgainInOrderTheFirstAlone() {
        start();
        var a = sendNew();
        var b = sendNew();
        var c = sendNew();
        fail(b, ErrorReason.NOT_ENOUGH_REPLICAS);
        assertThat(sender.maySend(now)).isFalse();
        now += MAX_PAUSE;

        assertThat(sendAgain()).containsExactly(a);
        sender.onStored(a, OptionalLong.of(0));
        assertThat(sendAgain()).containsExactly(b, c);
        assertThat(List.of(sequence(b), sequence(c))).containsExactly(1, 2);
    }

    @Test
    void answersToAnEarlierAttemptNoLongerCount() {
        start();
        var a = sendNew();
        long first = a.attempt();
        sender.onLeader(leader(2));
        sendAgain();

        assertThat(sender.awaits(a, first)).isFalse();
        assertThat(sender.awaits(a, a.attempt())).isTrue();
    }

    @Test
    void aNewLeaderIsAskedAtOnceAndAnOlderOneIgnored() {
        start();
        var a = sendNew();
        fail(a, ErrorReason.DISCONNECTED);
        assertThat(sender.maySend(now)).isFalse();

        sender.onLeader(leader(2));
        sender.onLeader(leader(1));

        assertThat(sender.target()).hasValue(new HostPort("b2", 1));
        assertThat(sendAgain()).containsExactly(a);
    }

    @Test
    void aDefiniteRefusalMovesTheRestToAFreshId() {
        start();
        var a = sendNew();
        var b = sendNew();
        fail(a, ErrorReason.RECORD_TOO_LARGE);

        assertThat(futures.get(a)).isCompletedExceptionally();
        assertThat(sender.needsIdentity()).isTrue();
        assertThat(sender.isSpent(FIRST_ID)).isTrue();
        sender.useIdentity(SECOND_ID);
        assertThat(sendAgain()).containsExactly(b);
        assertThat(producerId(b)).isEqualTo(SECOND_ID.id());
        assertThat(sequence(b)).isZero();
    }

    @Test
    void aBatchThatIsTooLargeIsPartedAndAllKeepTheirSequences() {
        start();
        var a = sendNew(5);
        var b = sendNew();
        fail(a, ErrorReason.RECORD_TOO_LARGE);

        var firstHalf = sendAgain();
        assertThat(firstHalf).hasSize(1);
        assertThat(firstHalf.get(0).recordCount()).isEqualTo(2);
        assertThat(sequence(firstHalf.get(0))).isZero();
        sender.onStored(firstHalf.get(0), OptionalLong.of(0));
        var rest = sendAgain();
        assertThat(rest).hasSize(2).element(1).isSameAs(b);
        assertThat(rest.stream().map(PartitionSenderTest::sequence)).containsExactly(2, 5);
        assertThat(a.settled()).isNotDone();
        sender.onStored(rest.get(0), OptionalLong.of(2));
        assertThat(a.settled()).isDone();
        assertThat(futures.get(a).join().offset()).hasValue(4);
        assertThat(producerId(b)).isEqualTo(FIRST_ID.id());
    }

    /** What was sent of it before may be stored once the halves are: its sequence follows then. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBatchBehindAPartedOneMayBeStoredUntilItsAttemptIsAnswered(boolean refusedLate) {
        start();
        var a = sendNew(5);
        var b = newBatch(50);
        sender.add(b);
        sender.onSent(b, ++attempts);
        long firstAttempt = b.attempt();
        fail(a, ErrorReason.RECORD_TOO_LARGE);
        if (refusedLate) {
            sender.onAnsweredLate(b, firstAttempt, true);
        }
        sender.onStored(sendAgain().get(0), OptionalLong.of(0));
        sender.onStored(sender.nextAgain().orElseThrow(), OptionalLong.of(2));
        sender.expire(60);

        assertThat(isDefinite(b)).isEqualTo(refusedLate);
    }

    /** Else a late copy of the whole could come behind its halves, or they behind it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBatchBehindAPartedOneIsPartedOnlyOnceItsAttemptIsAnswered(boolean refusedLate) {
        start();
        var a = sendNew(2);
        var b = sendNew(4);
        long firstAttempt = b.attempt();
        fail(a, ErrorReason.RECORD_TOO_LARGE);
        sender.onStored(sendAgain().get(0), OptionalLong.of(0));
        sender.onStored(sendAgain().get(0), OptionalLong.of(1));
        sender.onAnsweredLate(b, firstAttempt, refusedLate);
        fail(b, ErrorReason.RECORD_TOO_LARGE);

        if (refusedLate) {
            assertThat(sendAgain()).extracting(PartitionSenderTest::sequence).containsExactly(2);
        } else {
            assertThat(isDefinite(b)).isFalse();
        }
    }

    private boolean isDefinite(PendingBatch batch) {
        assertThat(futures.get(batch)).isCompletedExceptionally();
        return futures.get(batch)
                .handle((stored, failure) -> ((KontikiException) failure).definite())
                .join();
    }

    @Test
    void aBatchOfUnknownOutcomeIsNotParted() {
        start();
        var a = sendNew(5);
        fail(a, ErrorReason.DISCONNECTED);
        now += MAX_PAUSE;
        sendAgain();
        fail(a, ErrorReason.RECORD_TOO_LARGE);

        assertThat(sender.isIdle()).isTrue();
        assertThat(futures.get(a))
                .isCompletedExceptionally()
                .satisfies(future -> assertThat(isDefinite(a)).isFalse());
    }

    @Test
    void batchesOfUnknownOutcomeKeepTheirIdBehindOneThatTimedOut() {
        start();
        var a = newBatch(50);
        sender.add(a);
        sender.onSent(a, ++attempts);
        var b = sendNew();
        now = 60;
        sender.expire(now);

        assertThat(futures.get(a)).isCompletedExceptionally();
        assertThat(sender.needsIdentity()).isFalse();
        assertThat(sender.takesNew(true)).isFalse();
        assertThat(producerId(b)).isEqualTo(FIRST_ID.id());
        sender.onStored(b, OptionalLong.of(3));
        assertThat(sender.needsIdentity()).isTrue();
    }

    @Test
    void aBatchRefusedBehindAnUnknownOutcomeFailsForThat() {
        start();
        var a = newBatch(50);
        sender.add(a);
        sender.onSent(a, ++attempts);
        var b = sendNew();
        now = 60;
        sender.expire(now);
        fail(b, ErrorReason.OUT_OF_ORDER_SEQUENCE);

        assertThat(futures.get(b))
                .isCompletedExceptionally()
                .satisfies(future -> assertThat(future.handle((r, e) -> ((KontikiException) e).reason())
                                .join())
                        .isEqualTo(ErrorReason.EARLIER_BATCH_FAILED));
        assertThat(sender.needsIdentity()).isTrue();
    }

    @Test
    void anUnknownProducerIsRenewedOnlyIfNothingIsUnresolved() {
        start();
        var a = sendNew();
        fail(a, ErrorReason.UNKNOWN_PRODUCER);
        assertThat(futures.get(a)).isNotDone();
        assertThat(sender.needsIdentity()).isTrue();
        sender.useIdentity(SECOND_ID);
        sendAgain();
        fail(a, ErrorReason.DISCONNECTED);
        now += MAX_PAUSE;
        sendAgain();
        fail(a, ErrorReason.UNKNOWN_PRODUCER);
        assertThat(futures.get(a)).isCompletedExceptionally();
    }
}
