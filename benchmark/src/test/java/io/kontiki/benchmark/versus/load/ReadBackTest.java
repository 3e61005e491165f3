package io.kontiki.benchmark.versus.load;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ReadBackTest {
    private static final int COUNT = 10;
    private static final Topic TOPIC = new Topic("load", 1, 1, false);

    private final RecordContents contents = new RecordContents(100);
    private final List<byte[]> log = new ArrayList<>();

    ReadBackTest() {
        for (int number = COUNT - 1; number >= 0; number--) {
            log.add(contents.record(number, 3));
        }
    }

    private void require(int count) {
        ReadBack.requireExactly(new OneLog(log), TOPIC, contents, count, Duration.ofMillis(10));
    }

    @Test
    void whatWasWrittenIsEnoughInAnyOrder() {
        assertThatCode(() -> require(COUNT)).doesNotThrowAnyException();
    }

    @Test
    void anAlteredRecordIsFound() {
        log.get(4)[50] ^= 1;
        assertThatThrownBy(() -> require(COUNT)).hasMessageContaining("checksum");
    }

    @Test
    void aRecordThatCameTwiceIsFoundAlsoBehindTheLast() {
        log.add(log.get(2));
        assertThatThrownBy(() -> require(COUNT)).hasMessageContaining("1 of them twice");
    }

    @Test
    void aRecordThatIsMissingIsFound() {
        log.remove(0);
        assertThatThrownBy(() -> require(COUNT)).hasMessageContaining("only 9 of 10 records came");
    }

    @Test
    void aRecordThatNobodyWroteIsFound() {
        assertThatThrownBy(() -> require(COUNT - 1)).hasMessageContaining("10 of 9 records");
    }

    /** A system with one log, which it shows one record at a time. */
    private record OneLog(List<byte[]> log) implements SystemClient {
        @Override
        public RecordSource source(Topic topic) {
            Queue<byte[]> left = new ArrayDeque<>(log);
            return new RecordSource() {
                @Override
                public void poll(Duration wait, Consumer<byte[]> visitor) {
                    if (!left.isEmpty()) {
                        visitor.accept(left.remove());
                    }
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public GroupSource member(String group, Topic topic) {
            throw new UnsupportedOperationException("only read");
        }

        @Override
        public OffsetCommitter committer(String group, Topic topic) {
            throw new UnsupportedOperationException("only read");
        }

        @Override
        public int servingBrokers() {
            return 1;
        }

        @Override
        public void createTopic(Topic topic) {}

        @Override
        public boolean whole(Topic topic) {
            return true;
        }

        @Override
        public int leader(String topic, int partition) {
            return 1;
        }

        @Override
        public RecordSink sink(SinkSettings settings) {
            throw new UnsupportedOperationException("only read");
        }

        @Override
        public void close() {}
    }
}
