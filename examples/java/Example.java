import io.kontiki.client.Consumer;
import io.kontiki.client.Position;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.TopicPartition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Sends three records with the Java client and reads them back. */
public final class Example {
    public static void main(String[] args) {
        String address = args[0];
        String topic = args[1];

        TopicPartition partition = new TopicPartition(topic, 0);
        long first = Long.MAX_VALUE;
        try (Producer producer = Producer.builder().bootstrapServers(address).build()) {
            for (String text : List.of("one", "two", "three")) {
                // send() returns at once; join() waits until all in-sync replicas have the record.
                var stored = producer.send(ProducerRecord.of(topic, bytes("java"), bytes(text))).join();
                first = Math.min(first, stored.offset().getAsLong());
                partition = new TopicPartition(topic, stored.partition());
            }
        }

        try (Consumer consumer = Consumer.builder().bootstrapServers(address).build()) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, Position.offset(first));
            for (int read = 0; read < 3; ) {
                for (var consumed : consumer.poll(Duration.ofSeconds(1))) {
                    System.out.printf(
                            "partition %d offset %d: %s = %s%n",
                            consumed.partition(),
                            consumed.offset(),
                            text(consumed.key().orElseThrow()),
                            text(consumed.value().orElseThrow()));
                    read++;
                }
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
