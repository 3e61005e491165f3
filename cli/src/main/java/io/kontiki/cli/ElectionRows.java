package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.Listing;
import io.kontiki.client.LeaderElection;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicPartition;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** What elections by hand came to. */
final class ElectionRows {
    /**
     * One partition.
     *
     * @param before who led it before
     * @param without brokers that were left out
     */
    record Row(TopicPartition partition, OptionalInt before, LeaderElection election, Set<Integer> without) {
        String outcome() {
            if (election.failure().isPresent()) {
                return "refused";
            }
            return before.isPresent() && before.equals(election.leader()) ? "unchanged" : "elected";
        }

        /** Only of an unclean election, which has asked replicas, it is known what it cost. */
        boolean hasCost() {
            return election.failure().isEmpty() && !election.held().isEmpty();
        }

        boolean mayHaveLost() {
            return hasCost() && (!election.notHeard().isEmpty() || election.lostToOffset() > election.lostFromOffset());
        }
    }

    private ElectionRows() {}

    /** Of a partition of which no election was asked. */
    static LeaderElection unchanged(PartitionInfo partition) {
        return new LeaderElection(
                partition.leader(), partition.leaderEpoch(), Optional.empty(), List.of(), 0, 0, List.of());
    }

    static int exitCode(List<Row> rows) {
        long failed = rows.stream()
                .filter(row -> row.election().failure().isPresent())
                .count();
        if (failed > 0) {
            return failed == rows.size() ? ExitCode.CONFLICT : ExitCode.PARTLY_DONE;
        }
        return rows.stream().anyMatch(Row::mayHaveLost) ? ExitCode.RECORDS_LOST : ExitCode.DONE;
    }

    static Listing<Row> listing(boolean unclean) {
        var listing = new Listing<Row>("elections", row -> PartitionText.of(row.partition()), ElectionRows::json)
                .text("TOPIC", row -> row.partition().topic())
                .number("PARTITION", row -> row.partition().partition())
                .number("LEADER", row -> leader(row.election()))
                .number("EPOCH", row -> row.election().leaderEpoch())
                .text("OUTCOME", Row::outcome);
        return unclean
                ? listing.text("HELD", row -> held(row.election())).text("LOST OFFSETS", ElectionRows::lost)
                : listing;
    }

    private static String leader(LeaderElection election) {
        return election.leader().isPresent()
                ? Integer.toString(election.leader().getAsInt())
                : "";
    }

    private static String held(LeaderElection election) {
        return election.held().stream()
                .map(held -> held.brokerId() + ":" + (held.logLost() ? "log lost" : held.endOffset()))
                .collect(Collectors.joining(","));
    }

    private static String lost(Row row) {
        if (!row.hasCost()) {
            return "";
        }
        LeaderElection election = row.election();
        if (!election.notHeard().isEmpty()) {
            return "from " + election.lostFromOffset() + " on, as far as "
                    + election.notHeard().stream()
                            .map(id -> "broker " + id + " (" + whyNotHeard(id, row) + ")")
                            .collect(Collectors.joining(" or "))
                    + " had any";
        }
        return row.mayHaveLost() ? election.lostFromOffset() + " to " + (election.lostToOffset() - 1) : "none known";
    }

    private static String whyNotHeard(int id, Row row) {
        boolean lost = row.election().held().stream().anyMatch(held -> held.brokerId() == id && held.logLost());
        if (lost) {
            return "log lost";
        }
        return row.without().contains(id) ? "left out" : "unregistered";
    }

    private static JsonObject json(Row row) {
        LeaderElection election = row.election();
        var object = new JsonObject();
        object.addProperty("topic", row.partition().topic());
        object.addProperty("partition", row.partition().partition());
        election.leader()
                .ifPresentOrElse(
                        leader -> object.addProperty("leader", leader), () -> object.add("leader", JsonNull.INSTANCE));
        object.addProperty("leaderEpoch", election.leaderEpoch());
        object.addProperty("outcome", row.outcome());
        election.failure().ifPresent(failure -> {
            object.addProperty("error", failure.reason().name());
            object.addProperty("message", failure.getMessage());
        });
        addCost(object, row);
        return object;
    }

    private static void addCost(JsonObject object, Row row) {
        LeaderElection election = row.election();
        var held = new JsonArray();
        election.held().forEach(each -> held.add(json(each)));
        object.add("held", held);
        var notHeard = new JsonArray();
        election.notHeard().forEach(notHeard::add);
        object.add("notHeard", notHeard);
        // Gson writes null for what is not known.
        object.addProperty("lostFromOffset", row.hasCost() ? (Number) election.lostFromOffset() : null);
        boolean endKnown = row.hasCost() && election.notHeard().isEmpty();
        object.addProperty("lostToOffset", endKnown ? (Number) election.lostToOffset() : null);
    }

    private static JsonObject json(LeaderElection.Held held) {
        var entry = new JsonObject();
        entry.addProperty("brokerId", held.brokerId());
        held.lastEpoch().ifPresent(epoch -> entry.addProperty("lastEpoch", epoch));
        entry.addProperty("endOffset", held.endOffset());
        entry.addProperty("highWatermark", held.highWatermark());
        entry.addProperty("logLost", held.logLost());
        return entry;
    }
}
