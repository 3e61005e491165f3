import static java.nio.charset.StandardCharsets.UTF_8;

import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.ResetPolicy;
import java.time.Duration;
import java.util.List;

/** Reads JSON events as a member of a group: Consume HOST:PORT TOPIC GROUP [COUNT]. Without a count it goes on for ever. */
public final class Consume {
    public static void main(String[] args) {
        long left = args.length > 3 ? Long.parseLong(args[3]) : Long.MAX_VALUE;
        try (Consumer consumer = Consumer.builder()
                .bootstrapServers(args[0])
                .group(args[2])
                .resetPolicy(ResetPolicy.EARLIEST)
                .build()) {
            consumer.subscribe(List.of(args[1]));
            while (left > 0) {
                // By polling again, this says that it is done with the records before: they are committed from time to time.
                for (ConsumerRecord record : consumer.poll(Duration.ofSeconds(1))) {
                    String event = new String(record.value().orElseThrow(), UTF_8);
                    System.out.println(record.partition() + " " + record.offset() + " " + event);
                    left--;
                }
            }
            consumer.commit();
        }
    }
}
