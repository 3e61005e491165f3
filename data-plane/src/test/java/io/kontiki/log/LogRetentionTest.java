package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.LogConfig.Retention;
import io.kontiki.record.BatchHeader;
import io.kontiki.storage.file.FileDisk;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogRetentionTest {
    private static final long ALL = Long.MAX_VALUE;
    private static final long NONE = BatchHeader.NO_TIMESTAMP;
    private static final Retention BY_AGE = new Retention(1000, Retention.NO_LIMIT);

    @TempDir
    Path root;

    private PartitionLog log;

    @BeforeEach
    void openLog() {
        log = PartitionLog.open(new FileDisk(root), "t-0", new UUID(1, 2), LogConfig.defaults());
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void withoutLimitsNothingGoes() {
        segments(1, 2, 3);
        assertThat(log.retentionPoint(Long.MAX_VALUE / 2, ALL)).isEmpty();
    }

    @Test
    void segmentGoesWhenItsNewestRecordIsTooOld() {
        segments(10, 20, 30);
        retain(BY_AGE);
        assertThat(log.retentionPoint(1010, ALL)).isEmpty();
        assertThat(log.retentionPoint(1011, ALL)).hasValue(1);
        assertThat(log.retentionPoint(1021, ALL)).hasValue(2);
    }

    @Test
    void activeSegmentStaysHoweverOld() {
        segments(10, 20, 30);
        retain(BY_AGE);
        assertThat(log.retentionPoint(100_000, ALL)).hasValue(2);
    }

    @Test
    void segmentInFrontOfAYoungOneGoesButNoneBehindIt() {
        segments(10, 5000, 20, 30);
        retain(BY_AGE);
        assertThat(log.retentionPoint(2000, ALL)).hasValue(1);
    }

    @Test
    void segmentWithoutTimestampsGoesWithTheNextThatHasThem() {
        segments(NONE, NONE, 500, 5000);
        retain(BY_AGE);
        assertThat(log.retentionPoint(1500, ALL)).isEmpty();
        assertThat(log.retentionPoint(1501, ALL)).hasValue(3);
    }

    @Test
    void timestampsThatNobodyGaveNeverExpire() {
        segments(NONE, NONE, NONE);
        retain(BY_AGE);
        assertThat(log.retentionPoint(Long.MAX_VALUE / 2, ALL)).isEmpty();
    }

    @Test
    void segmentThatReachesBeyondTheLimitStays() {
        segments(10, 20, 30);
        retain(new Retention(0, 0));
        assertThat(log.retentionPoint(100_000, 1)).hasValue(1);
        assertThat(log.retentionPoint(100_000, 0)).isEmpty();
    }

    @Test
    void oldestSegmentsGoWhileWhatIsLeftIsBigEnough() {
        segments(10, 20, 30, 40);
        long one = log.sizeInBytes() / 4;
        retain(new Retention(Retention.NO_LIMIT, 2 * one));
        assertThat(log.retentionPoint(0, ALL)).hasValue(2);
        retain(new Retention(Retention.NO_LIMIT, 2 * one + 1));
        assertThat(log.retentionPoint(0, ALL)).hasValue(1);
        retain(new Retention(Retention.NO_LIMIT, 4 * one));
        assertThat(log.retentionPoint(0, ALL)).isEmpty();
    }

    @Test
    void bothLimitsCount() {
        segments(10, 20, 30, 40);
        long one = log.sizeInBytes() / 4;
        retain(new Retention(1000, 3 * one));
        assertThat(log.retentionPoint(100, ALL)).hasValue(1);
        assertThat(log.retentionPoint(1021, ALL)).hasValue(2);
    }

    @Test
    void whatIsBelowTheLogStartIsNotCountedAgain() {
        segments(10, 20, 30, 40);
        long one = log.sizeInBytes() / 4;
        retain(new Retention(Retention.NO_LIMIT, 2 * one));
        log.raiseLogStart(log.retentionPoint(0, ALL).getAsLong());
        assertThat(log.retentionPoint(0, ALL)).isEmpty();
    }

    /** One record to a segment, the last one in the active segment. */
    private void segments(long... timestamps) {
        log.configure(LogConfig.defaults().withSegmentMillis(1));
        for (long timestamp : timestamps) {
            if (log.endOffset() > 0) {
                log.rollIfDue(0);
                assertThat(log.rollIfDue(1)).isTrue();
            }
            log.appendAsLeader(Batches.of(timestamp, "v"), 0);
        }
    }

    private void retain(Retention retention) {
        log.configure(LogConfig.defaults().withRetention(retention));
    }
}
