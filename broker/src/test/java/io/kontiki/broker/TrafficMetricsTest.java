package io.kontiki.broker;

import static io.kontiki.broker.HttpReading.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.measure.Stage;
import io.kontiki.measure.Traffic;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicsImage;
import io.kontiki.proto.v1.ErrorReason;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

class TrafficMetricsTest {
    private static final UUID TOPIC = new UUID(1, 1);
    private static final MetadataImage IMAGE = MetadataImage.EMPTY.withTopics(
            TopicsImage.EMPTY.with(new TopicImage(TOPIC, "orders", TreePMap.empty(), TreePVector.empty(), 0, 0)));

    private final Traffic traffic = new Traffic();
    private final TrafficMetrics metrics = new TrafficMetrics(traffic, () -> IMAGE);

    @Test
    void topicsAreToldByNameWhileTheyAreThere() throws Exception {
        traffic.topic(TOPIC).onAppended(700, 3);
        traffic.topic(TOPIC).onAppended(300, 2);
        traffic.topic(TOPIC).onDuplicate();
        traffic.topic(TOPIC).onRead(50);
        traffic.topic(new UUID(2, 2)).onRead(1);
        var scrape = HttpReading.scrape(metrics);

        assertThat(value(scrape, "kontiki_topic_received_bytes_total{topic=\"orders\"}"))
                .isEqualTo(1000);
        assertThat(value(scrape, "kontiki_topic_received_records_total{topic=\"orders\"}"))
                .isEqualTo(5);
        assertThat(value(scrape, "kontiki_topic_duplicate_batches_total{topic=\"orders\"}"))
                .isEqualTo(1);
        assertThat(value(scrape, "kontiki_topic_sent_bytes_total{topic=\"orders\"}"))
                .isEqualTo(50);
        assertThat(HttpReading.labels(scrape, "kontiki_topic_sent_bytes_total")).containsExactly("topic");
        traffic.forget(TOPIC);
        assertThat(HttpReading.scrape(metrics)).doesNotContain("topic=");
    }

    @Test
    void everyReasonIsThereFromTheBeginning() throws Exception {
        traffic.onRefused(ErrorReason.ERROR_REASON_NOT_LEADER);
        var scrape = HttpReading.scrape(metrics);

        assertThat(value(scrape, "kontiki_errors_total{reason=\"NOT_LEADER\"}")).isEqualTo(1);
        assertThat(value(scrape, "kontiki_errors_total{reason=\"STORAGE_ERROR\"}"))
                .isZero();
        assertThat(scrape).doesNotContain("UNSPECIFIED").doesNotContain("UNRECOGNIZED");
    }

    @Test
    void whatGoesBetweenReplicasIsTold() throws Exception {
        traffic.replication().onReceived(30);
        traffic.replication().onSent(500);
        traffic.replication().acknowledged().add(2_000_000);
        var scrape = HttpReading.scrape(metrics);

        assertThat(value(scrape, "kontiki_replication_received_bytes_total")).isEqualTo(30);
        assertThat(value(scrape, "kontiki_replication_sent_bytes_total")).isEqualTo(500);
        assertThat(value(scrape, "kontiki_replication_ack_duration_seconds_bucket{le=\"0.0025\"}"))
                .isEqualTo(1);
        assertThat(value(scrape, "kontiki_replication_ack_duration_seconds_sum"))
                .isEqualTo(0.002);
    }

    @Test
    void bucketsCountWhatIsBelowThemToo() throws Exception {
        traffic.stage(Stage.PRODUCE_APPEND).add(700_000);
        traffic.stage(Stage.PRODUCE_APPEND).add(3_000_000);
        traffic.stage(Stage.FETCH_READ).add(20_000_000_000L);
        var scrape = HttpReading.scrape(metrics);
        var append = "kontiki_produce_stage_duration_seconds_bucket{stage=\"append\",le=\"";

        assertThat(value(scrape, append + "5.0E-4\"}")).isZero();
        assertThat(value(scrape, append + "0.001\"}")).isEqualTo(1);
        assertThat(value(scrape, append + "0.005\"}")).isEqualTo(2);
        assertThat(value(scrape, append + "+Inf\"}")).isEqualTo(2);
        assertThat(value(scrape, "kontiki_produce_stage_duration_seconds_sum{stage=\"append\"}"))
                .isEqualTo(0.0037);
        assertThat(value(scrape, "kontiki_fetch_stage_duration_seconds_bucket{stage=\"read\",le=\"10.0\"}"))
                .isZero();
        assertThat(value(scrape, "kontiki_fetch_stage_duration_seconds_count{stage=\"read\"}"))
                .isEqualTo(1);
    }
}
