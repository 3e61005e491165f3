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
     * @param log what its broker says; empty if it is not there to say something
     */
    record Row(
            TopicPartition id, PartitionInfo partition, int broker, boolean fenced, Optional<LogDirInfo.Replica> log) {
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
            return fenced ? "fenced" : "behind";
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
            .number("LAG", row -> row.log().map(log -> "" + log.offsetLag()).orElse(""));

    private ReplicaRows() {}

    /** All replicas of these partitions. A broker that does not answer has nothing to say. */
    static List<Row> of(Admin admin, List<TopicPartition> partitions) {
        List<BrokerInfo> brokers = admin.describeCluster().brokers();
        var rows = new ArrayList<Row>();
        for (TopicPartition id : partitions) {
            PartitionInfo partition = find(admin, id);
            for (int broker : partition.replicas()) {
                boolean fenced = brokers.stream().noneMatch(each -> each.id() == broker && !each.fenced());
                rows.add(new Row(id, partition, broker, fenced, fenced ? Optional.empty() : log(admin, id, broker)));
            }
        }
        return rows;
    }

    private static PartitionInfo find(Admin admin, TopicPartition id) {
        return admin.describeTopic(id.topic()).topic().partitions().stream()
                .filter(partition -> partition.partition() == id.partition())
                .findFirst()
                .orElseThrow(() -> new Failure(
                        ExitCode.NOT_FOUND,
                        "topic " + id.topic() + " has no partition " + id.partition(),
                        "See what there is: kontiki topic describe " + id.topic()));
    }

    private static Optional<LogDirInfo.Replica> log(Admin admin, TopicPartition id, int broker) {
        try {
            return admin.describeLogDirs(broker, Optional.of(id.topic())).stream()
                    .flatMap(dir -> dir.replicas().stream())
                    .filter(replica -> replica.partition().equals(id))
                    .findFirst();
        } catch (KontikiException e) {
            return Optional.empty();
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
                            object.addProperty("offsetLag", log.offsetLag());
                        },
                        () -> object.add("endOffset", JsonNull.INSTANCE));
        return object;
    }
}
