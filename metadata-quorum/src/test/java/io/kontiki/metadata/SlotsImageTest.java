package io.kontiki.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlotsImageTest {
    /** Another number would send groups to slots whose owner has never heard of them. */
    @Test
    void slotsOfGroupsNeverChange() {
        assertThat(SlotsImage.numberOf("123456789")).isEqualTo(0xE3069283 & 63); // The check value of CRC-32C.
        assertThat(SlotsImage.numberOf("")).isZero();
    }

    @Test
    void groupsSpreadOverAllSlots() {
        var groups = new int[SlotsImage.COUNT];
        for (int i = 0; i < 6400; i++) {
            groups[SlotsImage.numberOf("group-" + i)]++;
        }
        assertThat(IntStream.of(groups).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(50, 200));
    }

    @Test
    void slotRisesInEpochWithEachOwner() {
        var slots = SlotsImage.EMPTY.with(3, SlotsImage.EMPTY.slot(3).ownedBy(7));
        assertThat(slots.slot(3)).isEqualTo(new Slot(7, 1));
        assertThat(slots.slot(4)).isEqualTo(Slot.NONE);
    }
}
