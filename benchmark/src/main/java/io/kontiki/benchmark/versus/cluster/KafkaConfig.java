package io.kontiki.benchmark.versus.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The configuration of one of Kafka's brokers, which is a controller too. What is not here is as Kafka has it by default.
 *
 * @param ports where clients connect, one port for each broker, from broker 1 on
 * @param controllerPorts where controllers connect, likewise
 */
record KafkaConfig(List<Integer> ports, List<Integer> controllerPorts) {
    int count() {
        return ports.size();
    }

    String bootstrap() {
        return ports.stream().map(port -> "localhost:" + port).collect(Collectors.joining(","));
    }

    /** Lines of a properties file. */
    List<String> lines(int id, String dataDirectory) {
        String voters = IntStream.rangeClosed(1, count())
                .mapToObj(voter -> voter + "@localhost:" + controllerPorts.get(voter - 1))
                .collect(Collectors.joining(","));
        int copies = Math.min(3, count());
        List<String> lines = new ArrayList<>();
        lines.add("process.roles=broker,controller");
        lines.add("node.id=" + id);
        lines.add("controller.quorum.voters=" + voters);
        lines.add("controller.listener.names=CONTROLLER");
        lines.add("listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
        lines.add("listeners=PLAINTEXT://localhost:" + ports.get(id - 1) + ",CONTROLLER://localhost:"
                + controllerPorts.get(id - 1));
        lines.add("advertised.listeners=PLAINTEXT://localhost:" + ports.get(id - 1));
        lines.add("log.dirs=" + dataDirectory);
        // Its own default of 3 does not fit a cluster of one.
        lines.add("offsets.topic.replication.factor=" + copies);
        lines.add("transaction.state.log.replication.factor=" + copies);
        lines.add("transaction.state.log.min.isr=" + Math.max(1, copies - 1));
        lines.add("share.coordinator.state.topic.replication.factor=" + copies);
        lines.add("share.coordinator.state.topic.min.isr=" + Math.max(1, copies - 1));
        lines.add("auto.create.topics.enable=false");
        return lines;
    }
}
