package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LeaderEpochIndexTest {
    private final LeaderEpochIndex index =
            LeaderEpochIndex.of(List.of(new EpochEntry(2, 10), new EpochEntry(4, 20), new EpochEntry(7, 35)));

    @Test
    void latestEpochEndsAtTheLogEnd() {
        assertThat(index.endOf(7, 50)).isEqualTo(new EpochEnd(7, 50));
    }

    @Test
    void missingEpochFallsBackToTheLargestBelowIt() {
        assertThat(index.endOf(6, 50)).isEqualTo(new EpochEnd(4, 35));
        assertThat(index.endOf(4, 50)).isEqualTo(new EpochEnd(4, 35));
        assertThat(index.endOf(3, 50)).isEqualTo(new EpochEnd(2, 20));
    }

    @Test
    void epochBelowTheFirstEndsWhereTheFirstBegins() {
        assertThat(index.endOf(1, 50)).isEqualTo(new EpochEnd(1, 10));
        LeaderEpochIndex single = LeaderEpochIndex.of(List.of(new EpochEntry(3, 5)));
        assertThat(single.endOf(2, 9)).isEqualTo(new EpochEnd(2, 5));
    }

    @Test
    void epochAboveTheLatestIsAnError() {
        assertThatThrownBy(() -> index.endOf(8, 50)).hasMessage("epoch 8 is above the latest epoch 7");
        assertThatThrownBy(() -> LeaderEpochIndex.empty().endOf(0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void epochOfAnOffsetIsTheOneBegunAtOrBelowIt() {
        assertThat(index.epochAt(9)).isEmpty();
        assertThat(index.epochAt(10)).hasValue(2);
        assertThat(index.epochAt(34)).hasValue(4);
        assertThat(index.epochAt(50)).hasValue(7);
    }

    @Test
    void epochWithoutRecordsGivesWayToTheNext() {
        LeaderEpochIndex grown = index.with(8, 50).with(9, 50);
        assertThat(grown.entries()).endsWith(new EpochEntry(7, 35), new EpochEntry(9, 50));
        assertThat(grown.endOf(8, 60)).isEqualTo(new EpochEnd(7, 50));
    }

    @Test
    void truncationDropsEpochsThatBeginAtOrAboveIt() {
        assertThat(index.truncatedTo(35).latestEpoch()).hasValue(4);
        assertThat(index.truncatedTo(36)).isSameAs(index);
        assertThat(index.truncatedTo(0)).isEqualTo(LeaderEpochIndex.empty());
    }

    @Test
    void recordsEndBeforeEpochsThatHaveNothingElseThanTheirControlRecord() { // L17
        assertThat(index.recordsEnd(50)).isEqualTo(50);
        assertThat(index.recordsEnd(36)).as("only its control record").isEqualTo(35);
        assertThat(index.recordsEnd(35)).isEqualTo(35);
        assertThat(index.recordsEnd(30)).isEqualTo(30);
        assertThat(index.with(8, 36).recordsEnd(37)).as("two of them").isEqualTo(35);
        assertThat(index.recordsEnd(11)).as("the log may begin with a record").isEqualTo(11);
        assertThat(LeaderEpochIndex.of(List.of(new EpochEntry(0, 0))).recordsEnd(1))
                .isZero();
        assertThat(LeaderEpochIndex.empty().recordsEnd(5)).isEqualTo(5);
    }

    @Test
    void entriesMustRise() {
        assertThatThrownBy(() -> index.with(6, 60)).isInstanceOf(IllegalArgumentException.class);
    }
}
