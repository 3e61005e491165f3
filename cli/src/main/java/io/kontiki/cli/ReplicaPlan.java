package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.kontiki.cli.output.JsonText;
import io.kontiki.cli.output.Listing;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicInfo;
import io.kontiki.client.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Which brokers are to hold partitions. On disk it is the JSON of Kafka's reassignment tool: {@code {"version": 1,
 * "partitions": [{"topic": "t", "partition": 0, "replicas": [1, 2, 3]}]}}; other fields are passed over.
 *
 * @param steps by partition
 */
record ReplicaPlan(SortedMap<TopicPartition, Step> steps) {
    private static final long FILE_BYTES_MAX = 64L << 20;

    /**
     * What becomes of one partition.
     *
     * @param before brokers that hold it, without those that it is just being moved to
     * @param bound brokers that are to hold it by the move under way; {@code before} if there is none
     * @param after brokers that are to hold it, the preferred leader first
     */
    record Step(TopicPartition partition, List<Integer> before, List<Integer> bound, List<Integer> after) {
        /** Replicas that are copied. */
        List<Integer> adding() {
            return after.stream().filter(id -> !before.contains(id)).toList();
        }

        /** Replicas that are deleted in the end. */
        List<Integer> removing() {
            return before.stream().filter(id -> !after.contains(id)).toList();
        }

        boolean isDecided() {
            return bound.equals(after);
        }

        boolean changesFactor() {
            return after.size() != before.size() && after.size() != bound.size();
        }
    }

    private static final Listing<Step> LISTING = new Listing<Step>(
                    "partitions", step -> PartitionText.of(step.partition()), ReplicaPlan::json)
            .text("TOPIC", step -> step.partition().topic())
            .number("PARTITION", step -> step.partition().partition())
            .text("FROM", step -> PartitionState.ids(step.before()))
            .text("TO", step -> PartitionState.ids(step.after()))
            .text("COPIES TO", step -> PartitionState.ids(step.adding()))
            .text("DELETES", step -> PartitionState.ids(step.removing()));

    /**
     * @param present the topics concerned
     * @param underWay what is being moved already
     * @param wanted brokers that are to hold each partition
     * @throws Failure if one does not exist
     */
    static ReplicaPlan of(Collection<TopicInfo> present, UnderWay underWay, Map<TopicPartition, List<Integer>> wanted) {
        Map<TopicPartition, List<Integer>> before = replicas(present);
        var steps = new TreeMap<TopicPartition, Step>();
        wanted.forEach((partition, after) -> {
            if (!before.containsKey(partition)) {
                throw new Failure(
                        ExitCode.NOT_FOUND,
                        "there is no partition " + PartitionText.of(partition),
                        "See what there is: kontiki partition list");
            }
            var replicas = before.get(partition);
            steps.put(
                    partition,
                    new Step(
                            partition,
                            underWay.earlier(partition, replicas),
                            underWay.target(partition, replicas),
                            List.copyOf(after)));
        });
        return new ReplicaPlan(steps);
    }

    /** The moves that go on, as they are. */
    static ReplicaPlan repeating(UnderWay underWay) {
        var steps = new TreeMap<TopicPartition, Step>();
        underWay.targets()
                .forEach((partition, target) ->
                        steps.put(partition, new Step(partition, underWay.earlier(partition, target), target, target)));
        return new ReplicaPlan(steps);
    }

    /** @throws Failure if partitions were to have more or fewer replicas than now */
    void requireSameFactors() {
        only(Step::changesFactor).steps().values().stream().findFirst().ifPresent(step -> {
            throw new Failure(
                    ExitCode.CONFLICT,
                    PartitionText.of(step.partition()) + " has "
                            + Quantity.count(step.before().size(), "replica") + ", on "
                            + PartitionState.ids(step.before()) + ", and would have "
                            + step.after().size()
                            + (step.removing().isEmpty() ? "" : "; deleted: " + PartitionState.ids(step.removing())),
                    "If that is meant, add --change-replication-factor.");
        });
    }

    /** What is begun with it, for people. */
    List<String> sentences(UnderWay underWay, Optional<Throttle> throttle) {
        var counts = new LinkedHashMap<String, Integer>();
        for (Step step : steps.values()) {
            counts.merge(sentence(step, underWay, throttle), 1, Integer::sum);
        }
        return counts.entrySet().stream()
                .map(entry -> Quantity.count(entry.getValue(), "partition") + ": " + entry.getKey())
                .toList();
    }

    private static String sentence(Step step, UnderWay underWay, Optional<Throttle> throttle) {
        OptionalLong limit = underWay.limit(step.partition(), throttle);
        OptionalLong earlier = underWay.limit(step.partition(), Optional.empty());
        boolean moved = underWay.has(step.partition());
        if (step.isDecided() && moved) {
            return limit.equals(earlier)
                    ? "being moved there already, " + Throttle.words(limit)
                    : "throttle changed from " + Throttle.text(earlier) + " to " + Throttle.text(limit);
        }
        if (step.adding().isEmpty()) {
            return step.removing().isEmpty() ? "order of the replicas changed" : "deleting replicas";
        }
        return "moving the replicas, " + Throttle.words(limit) + (moved && throttle.isEmpty() ? ", as before" : "");
    }

    /** Without partitions that are where it wants them; those on their way there stay in it. */
    ReplicaPlan open(UnderWay underWay) {
        return only(step -> !step.isDecided() || underWay.has(step.partition()));
    }

    ReplicaPlan only(Predicate<Step> wanted) {
        var some = new TreeMap<>(steps);
        some.values().removeIf(wanted.negate());
        return new ReplicaPlan(some);
    }

    private static Map<TopicPartition, List<Integer>> replicas(Collection<TopicInfo> topics) {
        var replicas = new TreeMap<TopicPartition, List<Integer>>();
        for (TopicInfo topic : topics) {
            for (PartitionInfo partition : topic.partitions()) {
                replicas.put(new TopicPartition(topic.name(), partition.partition()), partition.replicas());
            }
        }
        return replicas;
    }

    boolean isEmpty() {
        return steps.isEmpty();
    }

    Map<TopicPartition, List<Integer>> wanted() {
        var wanted = new TreeMap<TopicPartition, List<Integer>>();
        steps.forEach((partition, step) -> wanted.put(partition, step.after()));
        return wanted;
    }

    /** Replicas that are copied from one broker to another. */
    long copies() {
        return steps.values().stream().mapToLong(step -> step.adding().size()).sum();
    }

    String render(ListOutput output) {
        return LISTING.render(List.copyOf(steps.values()), output.format());
    }

    private static JsonObject json(Step step) {
        var object = new JsonObject();
        object.addProperty("topic", step.partition().topic());
        object.addProperty("partition", step.partition().partition());
        object.add("replicas", JsonText.numbers(step.after()));
        object.add("replicasBefore", JsonText.numbers(step.before()));
        return object;
    }

    // ---- Files

    /** @throws Failure if the file cannot be read or is no plan */
    static Map<TopicPartition, List<Integer>> read(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw unsound(file, "it has " + Files.size(file) + " bytes, at most " + FILE_BYTES_MAX + " are read");
            }
            return parse(file, JsonParser.parseString(Files.readString(file)));
        } catch (IOException e) {
            throw new Failure(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage(), "Check --file.", e);
        } catch (JsonParseException
                | IllegalStateException
                | UnsupportedOperationException
                | ClassCastException
                | IllegalArgumentException e) {
            throw unsound(file, String.valueOf(e.getMessage()));
        }
    }

    private static Map<TopicPartition, List<Integer>> parse(Path file, JsonElement document) {
        var wanted = new TreeMap<TopicPartition, List<Integer>>();
        JsonArray partitions = document.getAsJsonObject().getAsJsonArray("partitions");
        if (partitions == null) {
            throw unsound(file, "it has no field \"partitions\"");
        }
        for (JsonElement element : partitions) {
            JsonObject entry = element.getAsJsonObject();
            if (!entry.has("topic") || !entry.has("partition") || !entry.has("replicas")) {
                throw unsound(file, "an entry lacks topic, partition or replicas");
            }
            var partition = new TopicPartition(
                    entry.get("topic").getAsString(), entry.get("partition").getAsInt());
            var replicas = new ArrayList<Integer>();
            entry.getAsJsonArray("replicas").forEach(id -> replicas.add(id.getAsInt()));
            if (wanted.put(partition, replicas) != null) {
                throw unsound(file, PartitionText.of(partition) + " is in it twice");
            }
        }
        return wanted;
    }

    private static Failure unsound(Path file, String why) {
        return new Failure(
                ExitCode.USAGE,
                file + " is no plan: " + why,
                "It looks like {\"partitions\": [{\"topic\": \"orders\", \"partition\": 0, \"replicas\": [1, 2, 3]}]}");
    }
}
