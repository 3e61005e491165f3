package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.CommittedOffset;
import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.ResetPolicy;
import io.kontiki.client.TopicPartition;
import io.kontiki.faults.DoctorCommand.Finding;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** As {@link DoctorIT}: what disks, clocks and consumer groups suffer. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class DoctorDataIT extends DoctorCluster {
    private static final Duration POLL = Duration.ofMillis(100);

    @Test
    void diskThatFailed() throws Exception {
        faults.createTopic("logs", List.of(List.of(4, 1), List.of(4, 1)));
        int lost = faults.partitionsOnDisk("logs").get(0);

        faults.failNextFlush();
        try (Producer producer = Producer.builder()
                .bootstrapServers(faults.brokers().bootstrap())
                .build()) {
            producer.send(ProducerRecord.to("logs")
                            .partition(lost)
                            .value(new byte[1])
                            .build())
                    .join();
        }

        List<Finding> found =
                faults.doctor().await("critical LOG_DIR_OFFLINE broker 4", "warning UNDER_REPLICATED 1 partition");
        assertThat(found.get(0).what()).contains(faults.dataOnDisk() + " of broker 4 is offline", "Input/output error");
        assertThat(found.get(1).what()).isEqualTo("logs:" + lost + " has replicas out of sync, on broker 4 with 1");
        faults.stopVictim();
        faults.startAll();
        faults.doctor().await();
    }

    @Test
    void diskThatFillsAndIsFull() throws Exception {
        long tenth = Files.getFileStore(faults.disk().root()).getTotalSpace() / 10;
        faults.disk().fillUpTo(tenth);
        Finding fills = faults.doctor().await("warning LOG_DIR_FILLS broker 4").get(0);
        assertThat(fills.what()).contains(faults.dataOnDisk().toString(), " left, 10 %");

        faults.disk().fillUpTo(8 << 20);
        Finding full = faults.doctor().await("critical LOG_DIR_FULL broker 4").get(0);
        assertThat(full.what()).contains(faults.dataOnDisk() + " of broker 4 is full: nothing is appended there");
        assertThat(full.advice()).contains("kontiki broker move-log");

        faults.disk().makeRoom();
        faults.doctor().await();
    }

    @Test
    void clockThatIsAhead() throws Exception {
        faults.shiftClock(Duration.ofSeconds(90));
        Finding found = faults.doctor().await("warning CLOCK_SKEW broker 4").get(0);
        assertThat(found.what()).matches("the clock of broker 4 is at least (89\\d{3}|90000) ms ahead of .*");

        faults.shiftClock(Duration.ZERO);
        faults.doctor().await();
    }

    @Test
    void groupThatNobodyReadsFor() throws Exception {
        faults.createTopic("orders", List.of(List.of(1, 2)));
        faults.doctor().print("one\ntwo\nthree\n", DoctorCommand.DONE, "produce", "orders");
        faults.doctor().print(DoctorCommand.DONE, "consume", "orders", "--group", "billing", "-n", "1");

        Finding found = faults.doctor()
                .await("warning GROUP_WITHOUT_MEMBERS group billing")
                .get(0);
        assertThat(found.what()).startsWith("group billing has no members and is 2 records behind");
        assertThat(faults.doctor().print(DoctorCommand.DONE, "meta", "get", "/groups/billing/offsets/orders/0"))
                .startsWith("{\"offset\":");
        faults.doctor().print(DoctorCommand.DONE, "consume", "orders", "--group", "billing", "--until", "end");
        faults.doctor().await();
    }

    @Test
    void groupThatLagsAndOneThatReadsNothing() throws Exception {
        faults.createTopic("orders", List.of(List.of(1, 2)));
        long old = System.currentTimeMillis() - Duration.ofMinutes(10).toMillis();
        try (Producer producer = Producer.builder()
                .bootstrapServers(faults.brokers().bootstrap())
                .build()) {
            for (int i = 0; i < 3; i++) {
                producer.send(ProducerRecord.to("orders")
                                .timestampMs(old)
                                .value(new byte[1])
                                .build())
                        .join();
            }
        }
        try (Consumer slow = member("slow", "orders");
                Consumer typing = member("typing", "ordres")) {
            List<ConsumerRecord> read = new ArrayList<>();
            faults.cluster().await("a group that reads", () -> {
                typing.poll(POLL);
                read.addAll(slow.poll(POLL));
                return !read.isEmpty();
            });
            slow.commit(Map.of(new TopicPartition("orders", 0), CommittedOffset.after(read.get(0))));
            List<Finding> found =
                    faults.doctor().await("warning GROUP_READS_NOTHING group typing", "warning GROUP_LAGS group slow");
            assertThat(found.get(0).what()).endsWith("it subscribes to ordres, which does not exist");
            assertThat(found.get(1).what()).matches("group slow is 2 records behind, the oldest for 6\\d\\d s.*");
            assertThat(found.get(1).advice()).endsWith("kontiki group lag slow");
        }
        faults.doctor().print(DoctorCommand.DONE, "group", "delete", "typing", "--yes");
        faults.doctor().print(DoctorCommand.DONE, "consume", "orders", "--group", "slow", "--until", "end");
        faults.doctor().await();
    }

    private static Consumer member(String group, String topic) {
        Consumer consumer = Consumer.builder()
                .bootstrapServers(faults.brokers().bootstrap())
                .group(group)
                .autoCommit(false)
                .resetPolicy(ResetPolicy.EARLIEST)
                .build();
        consumer.subscribe(List.of(topic));
        return consumer;
    }
}
