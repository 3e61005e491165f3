package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.record.BatchHeader;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ProducerStateTest {
    private final ProducerState state = new ProducerState(3);
    private long nextOffset;

    @Test
    void batchesWithoutProducerAreAlwaysNew() {
        assertThat(state.check(Batches.header(Batches.of(1, "a")))).isEqualTo(new ProducerCheck.New());
    }

    @Test
    void unknownProducerMustBeginAtZero() {
        assertThat(check(7, 0, 0, 1)).isEqualTo(new ProducerCheck.New());
        assertThat(check(7, 0, 4, 1)).isEqualTo(new ProducerCheck.UnknownProducer(4));
    }

    @Test
    void nextSequenceIsNewAndAGapIsNot() {
        append(7, 0, 0, 3);
        assertThat(check(7, 0, 3, 1)).isEqualTo(new ProducerCheck.New());
        assertThat(check(7, 0, 4, 1)).isEqualTo(new ProducerCheck.OutOfOrder(3, 4));
    }

    @Test
    void lastFiveBatchesAreDuplicatesAndOlderOnesTooOld() {
        for (int i = 0; i < 6; i++) {
            append(7, 0, 2 * i, 2);
        }
        for (int i = 1; i < 6; i++) {
            assertThat(check(7, 0, 2 * i, 2)).isEqualTo(new ProducerCheck.Duplicate(2L * i, 2L * i + 1));
        }
        assertThat(check(7, 0, 0, 2)).isEqualTo(new ProducerCheck.TooOld(2, 0));
    }

    @Test
    void otherBoundsThanTheOnesAppendedAreNoDuplicate() {
        append(7, 0, 0, 3);
        append(7, 0, 3, 3);
        assertThat(check(7, 0, 3, 2)).isEqualTo(new ProducerCheck.OutOfOrder(6, 3));
    }

    @Test
    void newerEpochFencesTheOlderAndBeginsAtZero() {
        append(7, 1, 0, 1);
        assertThat(check(7, 0, 1, 1)).isEqualTo(new ProducerCheck.FencedEpoch((short) 1, (short) 0));
        assertThat(check(7, 2, 1, 1)).isEqualTo(new ProducerCheck.OutOfOrder(0, 1));
        assertThat(check(7, 2, 0, 1)).isEqualTo(new ProducerCheck.New());
        append(7, 2, 0, 1);
        assertThat(check(7, 1, 0, 1)).isEqualTo(new ProducerCheck.FencedEpoch((short) 2, (short) 1));
    }

    @Test
    void sequencesStartOverBehindTheGreatest() {
        append(7, 0, Integer.MAX_VALUE - 1, 3);
        assertThat(check(7, 0, 1, 1)).isEqualTo(new ProducerCheck.New());
        assertThat(check(7, 0, Integer.MAX_VALUE - 1, 3)).isInstanceOf(ProducerCheck.Duplicate.class);
        for (int i = 1; i <= 5; i++) {
            append(7, 0, i, 1);
        }
        assertThat(check(7, 0, Integer.MAX_VALUE - 1, 3)).isInstanceOf(ProducerCheck.TooOld.class);
    }

    @Test
    void batchBehindOneThatEndsWithTheGreatestBeginsAtZero() {
        append(7, 0, Integer.MAX_VALUE, 1);
        assertThat(check(7, 0, 0, 1)).isEqualTo(new ProducerCheck.New());
    }

    @Test
    void longestUnusedProducerIsForgottenBeyondTheLimit() {
        append(1, 0, 0, 1);
        append(2, 0, 0, 1);
        append(3, 0, 0, 1);
        append(1, 0, 1, 1);
        append(4, 0, 0, 1);
        assertThat(state.size()).isEqualTo(3);
        assertThat(check(2, 0, 1, 1)).isInstanceOf(ProducerCheck.UnknownProducer.class);
        assertThat(check(1, 0, 1, 1)).isInstanceOf(ProducerCheck.Duplicate.class);
    }

    @Test
    void snapshotHoldsEverythingInOrder() {
        append(1, 0, 0, 1);
        append(2, 3, 0, 2);
        append(1, 0, 1, 1);
        byte[] snapshot = ProducerSnapshot.encode(state, nextOffset);
        ProducerState restored = new ProducerState(3);
        assertThat(ProducerSnapshot.decode(ByteBuffer.wrap(snapshot), nextOffset, restored))
                .isTrue();
        assertThat(ProducerSnapshot.encode(restored, nextOffset)).isEqualTo(snapshot);
    }

    @Test
    void frozenStateStaysAsItWas() {
        append(1, 0, 0, 1);
        append(2, 3, 0, 2);
        long then = nextOffset;
        byte[] snapshot = ProducerSnapshot.encode(state, then);
        ProducerState.Frozen frozen = state.freeze();
        append(1, 0, 1, 1);
        append(3, 0, 0, 1);
        state.clear();
        assertThat(ProducerSnapshot.encode(frozen, then)).isEqualTo(snapshot);
    }

    @Test
    void noFlippedOrMissingByteOfASnapshotGoesUnnoticed() {
        append(1, 0, 0, 1);
        byte[] snapshot = ProducerSnapshot.encode(state, nextOffset);
        for (int i = 0; i < snapshot.length; i++) {
            byte[] flipped = snapshot.clone();
            flipped[i] ^= 4;
            ProducerState target = new ProducerState(3);
            assertThat(ProducerSnapshot.decode(ByteBuffer.wrap(flipped), nextOffset, target))
                    .isFalse();
            assertThat(ProducerSnapshot.decode(ByteBuffer.wrap(snapshot, 0, i), nextOffset, target))
                    .isFalse();
            assertThat(target.size()).isZero();
        }
    }

    private ProducerCheck check(long producerId, int epoch, int sequence, int records) {
        return state.check(header(producerId, epoch, sequence, records));
    }

    private void append(long producerId, int epoch, int sequence, int records) {
        state.onAppended(header(producerId, epoch, sequence, records));
        nextOffset += records;
    }

    private BatchHeader header(long producerId, int epoch, int sequence, int records) {
        String[] values = new String[records];
        java.util.Arrays.fill(values, "v");
        ByteBuffer batch = Batches.ofProducer(producerId, epoch, sequence, values);
        return Batches.header(Batches.stamped(batch, nextOffset, 0));
    }
}
