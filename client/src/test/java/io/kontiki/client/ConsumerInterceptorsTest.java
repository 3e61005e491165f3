package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsumerInterceptorsTest {
    private final List<String> events = new ArrayList<>();

    private static List<ConsumerRecord> records(int count) {
        var records = new ArrayList<ConsumerRecord>();
        for (int i = 0; i < count; i++) {
            records.add(new ConsumerRecord(new TopicPartition("t", 0), i, 0, 1, null, new byte[0], List.of()));
        }
        return records;
    }

    @Test
    void oneThatFailsOrMeddlesHarmsNothing() {
        var interceptors = new ConsumerInterceptors(List.of(
                records -> {
                    throw new IllegalStateException("scripted");
                },
                records -> records.remove(0),
                records -> events.add("saw " + records.size())));
        var records = records(3);

        assertThat(interceptors.telling(records)).isSameAs(records).hasSize(3);
        assertThat(events).containsExactly("saw 3");
    }

    @Test
    void anEmptyAnswerIsNoNews() {
        assertThat(new ConsumerInterceptors(List.of(records -> events.add("x"))).telling(List.of()))
                .isEmpty();
        assertThat(events).isEmpty();
    }
}
