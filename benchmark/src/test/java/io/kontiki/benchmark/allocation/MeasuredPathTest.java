package io.kontiki.benchmark.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.kontiki.record.BatchValidator;
import io.kontiki.record.RecordBatch;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MeasuredPathTest {
    @Test
    void growthIsPerRecordBetweenTheFewestAndTheMost() {
        assertThat(path(true, Map.of(1, 500.0, 10, 9_999.0, 1000, 2_498.0)).bytesPerRecord())
                .isEqualTo(2.0, within(1e-9));
    }

    @Test
    void oneBytePerRecordIsTakenForNone() {
        assertThat(path(true, Map.of(1, 0.0, 1000, 999.0)).fails()).isFalse();
        assertThat(path(true, Map.of(1, 5_000.0, 1000, 4_000.0)).fails()).isFalse();
        assertThat(path(true, Map.of(1, 0.0, 1000, 1_000.0)).fails()).isTrue();
        assertThat(path(true, Map.of(1, 0.0, 1000, Double.NaN)).fails()).isTrue();
        assertThat(path(false, Map.of(1, 0.0, 1000, 1_000.0)).fails()).isFalse();
    }

    @Test
    void oneNumberOfRecordsShowsNoGrowth() {
        assertThatThrownBy(() -> path(true, Map.of(1, 500.0))).hasMessageContaining("way");
    }

    @Test
    void theTableTellsGrowthOnceForEachPath() {
        AllocationReport report = new AllocationReport(
                List.of(path(true, Map.of(1, 0.0, 1000, 2_997.0)), path(false, Map.of(1, 0.0, 1000, 9_990.0))));
        assertThat(report.table().lines()).hasSize(5);
        assertThat(report.table()).containsOnlyOnce("3.00").containsOnlyOnce("10.00");
        assertThat(report.failing()).hasSize(1);
    }

    @Test
    void batchesAreEquallyLargeAndValid() {
        for (int records : new int[] {1, 10, 100, 1000}) {
            RecordBatch batch = BatchValidator.validate(EqualBatches.of(records), EqualBatches.BYTES);
            assertThat(batch.recordCount()).isEqualTo(records);
            assertThat(batch.sizeInBytes()).isBetween(EqualBatches.BYTES - 8, EqualBatches.BYTES);
        }
    }

    private static MeasuredPath path(boolean judged, Map<Integer, Double> bytes) {
        return new MeasuredPath("way", judged, new TreeMap<>(bytes));
    }
}
