package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.storage.file.FileDisk;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule D7: a truncation takes the snapshots above it along, or a later one would bring back producers that it cut. */
class SnapshotAfterCutTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig SMALL =
            LogConfig.defaults().withSegmentBytes(1024).withIndexIntervalBytes(200);
    private static final String VALUE = "v".repeat(60);
    private static final int BATCHES = 40;

    @TempDir
    Path root;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void producerGoesOnWhereTheCutLeftItAfterAnotherCut(boolean areOnDisk) {
        try (PartitionLog log = open()) {
            for (int sequence = 0; sequence < BATCHES; sequence++) {
                log.appendAsLeader(Batches.ofProducer(7, 0, sequence, VALUE), 0);
            }
            if (areOnDisk) {
                log.flush();
                log.checkpoint();
            }
            assertThat(log.view().segments()).hasSizeGreaterThan(3);

            log.truncateTo(1);
            for (int i = 0; i < BATCHES; i++) {
                // Smaller ones, so that segments begin elsewhere than before.
                log.appendAsLeader(Batches.of(1_000, "v"), 0);
            }
            for (int end = BATCHES; end > 1; end--) {
                log.truncateTo(end);
                assertThat(log.producers().check(Batches.header(Batches.ofProducer(7, 0, 1, VALUE))))
                        .as("after a cut to " + end)
                        .isInstanceOf(ProducerCheck.New.class);
            }
        }
    }

    private PartitionLog open() {
        return PartitionLog.open(new FileDisk(root), "log", TOPIC, SMALL);
    }
}
