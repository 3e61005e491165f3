package io.kontiki.benchmark.versus.load;

import java.util.List;
import java.util.logging.LogManager;

/** A load process: {@code kafka|kontiki WORK key=value ...}, with at least {@code bootstrap} and {@code brokers}. */
public final class LoadMain {
    private LoadMain() {}

    public static void main(String[] args) {
        LogManager.getLogManager().reset();
        int status = 0;
        try {
            Parameters parameters = Parameters.of(List.of(args).subList(2, args.length));
            Dialogue dialogue = new Dialogue(System.in, System.out);
            try (SystemClient client = client(args[0], parameters.text("bootstrap"))) {
                new Patience(client).awaitBrokers(parameters.number("brokers", 1, 100));
                work(args[1]).run(client, parameters, dialogue);
            }
        } catch (Exception e) {
            e.printStackTrace();
            status = 1;
        }
        // Threads of a client that do not end must not keep the process.
        System.exit(status);
    }

    private static SystemClient client(String system, String bootstrap) {
        return system.equals("kafka") ? new KafkaClient(bootstrap) : new KontikiClient(bootstrap);
    }

    private static Work work(String name) {
        return switch (name) {
            case "produce" -> new ProduceWork();
            case "consume" -> new ConsumeWork(false);
            case "cold" -> new ConsumeWork(true);
            case "producers" -> new ProducersWork();
            case "together" -> new TogetherWork();
            case "latency" -> new LatencyWork();
            case "first" -> new FirstRecordWork();
            case "steady" -> new SteadyWork();
            case "rebalance" -> new RebalanceWork();
            case "commits" -> new CommitWork();
            case "thin-produce" -> new ThinWork(new ProduceWork());
            case "thin-consume" -> new ThinWork(new ConsumeWork(false));
            case "touch" -> new TouchWork();
            default -> throw new IllegalArgumentException("unknown work '" + name + "'");
        };
    }
}
