package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.replication.Acks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many of those who wait for records may read them on the event loop. */
class ReadAtOnceTest {
    private static final int READERS = 10;

    @TempDir
    Path root;

    private PartitionRig rig;

    @BeforeEach
    void lead() {
        rig = new PartitionRig(root, new NoTransport(), () -> 0);
        rig.tell(PartitionRegistration.created(List.of(1), List.of(1), 1, FlushMode.OS));
        produce("first");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void produce(String value) {
        CompletableFuture<ProduceOutcome> told = new CompletableFuture<>();
        rig.partition().produce(PartitionRig.batch(value), Acks.ALL, OptionalInt.empty(), 10_000, told::complete);
        assertThat(told.orTimeout(10, TimeUnit.SECONDS).join()).isInstanceOf(ProduceOutcome.Written.class);
    }

    /** What each reader that waits for the next record is told. */
    private List<Boolean> admitted(String value) {
        long end = rig.partition().readableEnd();
        List<CompletableFuture<Boolean>> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            CompletableFuture<Boolean> reader = new CompletableFuture<>();
            rig.partition()
                    .onReadable(end, () -> reader.complete(rig.partition().admitReader(end)));
            readers.add(reader);
        }
        produce(value);
        return readers.stream()
                .map(reader -> reader.orTimeout(10, TimeUnit.SECONDS).join())
                .toList();
    }

    @Test
    void aFewDoOfEachAppend() {
        assertThat(admitted("little")).filteredOn(admitted -> admitted).hasSize(4);
        assertThat(admitted("little again")).filteredOn(admitted -> admitted).hasSize(4);
    }

    @Test
    void nobodyDoesIfItIsMuch() {
        assertThat(admitted("x".repeat(20_000))).doesNotContain(true);
    }
}
