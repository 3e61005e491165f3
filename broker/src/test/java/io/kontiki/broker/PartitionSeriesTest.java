package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PartitionSeriesTest {
    @Test
    void eachSettingIncludesWhatItSays() {
        assertThat(PartitionSeries.TRUE.includes(false)).isTrue();
        assertThat(PartitionSeries.LEADERS.includes(true)).isTrue();
        assertThat(PartitionSeries.LEADERS.includes(false)).isFalse();
        assertThat(PartitionSeries.FALSE.includes(true)).isFalse();
    }
}
