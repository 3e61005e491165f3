import static java.nio.charset.StandardCharsets.UTF_8;

import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.RecordMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Sends JSON events: Produce HOST:PORT TOPIC COUNT. */
public final class Produce {
    public static void main(String[] args) {
        List<CompletableFuture<RecordMetadata>> sent = new ArrayList<>();
        try (Producer producer = Producer.builder().bootstrapServers(args[0]).build()) {
            for (int number = 1; number <= Integer.parseInt(args[2]); number++) {
                String user = "user-" + number % 10;
                String event = String.format(
                        Locale.ROOT, "{\"user\":\"%s\",\"from\":\"java\",\"number\":%d}", user, number);
                // The user is the key: events of one user stay in order. send() returns at once.
                sent.add(producer.send(ProducerRecord.of(args[1], user.getBytes(UTF_8), event.getBytes(UTF_8))));
            }
            for (CompletableFuture<RecordMetadata> record : sent) {
                // All in-sync replicas have it, or join() throws.
                RecordMetadata stored = record.join();
                System.out.println("stored " + stored.partition() + " " + stored.offset().getAsLong());
            }
        }
    }
}
