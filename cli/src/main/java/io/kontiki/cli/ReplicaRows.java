package io.kontiki.cli;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.Listing;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.BrokerInfo;
import io.kontiki.client.KontikiException;
import io.kontiki.client.LogDirInfo;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The replicas of partitions, each with what its broker says of its log. */
final class ReplicaRows {
    /**
     * One replica.
     *
     * @param log what its broker says; empty if it is not there to say something, or has no such log
     * @param without whether its broker says that it has no log
     */
    record Row(
            TopicPartition id,
            PartitionInfo partition,
            int broker,
            boolean fenced,
            Optional<LogDirInfo.Replica> log,
            boolean without) {
        String role() {
            return partition.leader().isPresent() && partition.leader().getAsInt() == broker ? "leader" : "follower";
        }

        String state() {
            if (partition.isr().contains(broker)) {
                return "in sync";
            }
            if (partition.elr().contains(broker)) {
                return fenced ? "eligible, fenced" : "eligible";
            }
            if (without) {
                // With a leader it is made anew and filled.
                return partition.leader().isPresent() ? "no log yet" : "log lost";
            }
            return fenced ? "fenced" : "behind";
        }

        /** Unknown without a leader, which alone knows what there is. */
        Optional<Long> lag() {
            return partition.leader().isPresent() ? log.map(LogDirInfo.Replica::offsetLag) : Optional.empty();
        }
    }

    static final Listing<Row> LISTING = new Listing<Row>(
                    "replicas", row -> PartitionText.of(row.id()) + "@" + row.broker(), ReplicaRows::json)
            .text("TOPIC", row -> row.id().topic())
            .number("PARTITION", row -> row.id().partition())
            .number("BROKER", Row::broker)
            .text("ROLE", Row::role)
            .text("STATE", Row::state)
            .number(
                    "SIZE",
                    row -> row.log().map(log -> Quantity.bytes(log.sizeBytes())).orElse(""))
            .number(
                    "START",
                    row -> row.log().map(log -> "" + log.logStartOffset()).orElse(""))
            .number("END", row -> row.log().map(log -> "" + log.endOffset()).orElse(""))
            .number("LAG", row -> row.lag().map(String::valueOf).orElse(""));

    private ReplicaRows() {}

    /** All replicas of these partitions. A broker that does not answer has nothing to say. */
    static List<Row> of(Admin admin, List<TopicPartition> partitions) {
        List<BrokerInfo> brokers = admin.describeCluster().brokers();
        var rows = new ArrayList<Row>();
        for (TopicPartition id : partitions) {
            PartitionInfo partition = find(admin, id);
            for (int broker : partition.replicas()) {
                boolean fenced = brokers.stream().noneMatch(each -> each.id() == broker && !each.fenced());
                rows.add(
                        fenced
                                ? new Row(id, partition, broker, true, Optional.empty(), false)
                                : row(admin, id, partition, broker));
            }
        }
        return rows;
    }

    /** As its metadata has it. */
    static PartitionInfo find(Admin admin, TopicPartition id) {
        return admin.describeTopic(id.topic()).topic().partitions().stream()
                .filter(partition -> partition.partition() == id.partition())
                .findFirst()
                .orElseThrow(() -> new Failure(
                        ExitCode.NOT_FOUND,
                        "topic " + id.topic() + " has no partition " + id.partition(),
                        "See what there is: kontiki topic describe " + id.topic()));
    }

    private static Row row(Admin admin, TopicPartition id, PartitionInfo partition, int broker) {
        try {
            var log = admin.describeLogDirs(broker, Optional.of(id.topic())).stream()
                    .flatMap(dir -> dir.replicas().stream())
                    .filter(replica -> replica.partition().equals(id))
                    .findFirst();
            return new Row(id, partition, broker, false, log, log.isEmpty());
        } catch (KontikiException e) {
            return new Row(id, partition, broker, false, Optional.empty(), false);
        }
    }

    private static JsonObject json(Row row) {
        var object = new JsonObject();
        object.addProperty("topic", row.id().topic());
        object.addProperty("partition", row.id().partition());
        object.addProperty("brokerId", row.broker());
        object.addProperty("role", row.role());
        object.addProperty("state", row.state());
        row.log()
                .ifPresentOrElse(
                        log -> {
                            object.addProperty("sizeBytes", log.sizeBytes());
                            object.addProperty("logStartOffset", log.logStartOffset());
                            object.addProperty("endOffset", log.endOffset());
                            row.lag()
                                    .ifPresentOrElse(
                                            lag -> object.addProperty("offsetLag", lag),
                                            () -> object.add("offsetLag", JsonNull.INSTANCE));
                        },
                        () -> object.add("endOffset", JsonNull.INSTANCE));
        return object;
    }
}
