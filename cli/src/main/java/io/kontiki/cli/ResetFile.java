package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonSyntaxException;
import io.kontiki.client.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Offsets in a file: the JSON that {@code kontiki group reset -o json} prints, of which {@code topic}, {@code partition}
 * and {@code newOffset} are read, or lines {@code topic,partition,offset} as Kafka's tools take them. Empty lines and those
 * that begin with {@code #} are passed over.
 */
final class ResetFile {
    private static final long FILE_BYTES_MAX = 64L << 20;

    private final Path file;
    private final Map<TopicPartition, Long> offsets = new TreeMap<>();

    private ResetFile(Path file) {
        this.file = file;
    }

    /** @throws Failure if the file cannot be read or is no such file */
    static Map<TopicPartition, Long> read(Path file) {
        var reading = new ResetFile(file);
        String text = reading.text();
        if (text.stripLeading().startsWith("{")) {
            reading.readJson(text);
        } else {
            reading.readLines(text);
        }
        if (reading.offsets.isEmpty()) {
            throw reading.unsound("it names no partition");
        }
        return reading.offsets;
    }

    private String text() {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw unsound("it is longer than " + FILE_BYTES_MAX + " bytes");
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new Failure(ExitCode.USAGE, "cannot read " + file + ": no such file", "Check --file.", e);
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILED, "cannot read " + file + ": " + e.getMessage(), "Check --file.", e);
        }
    }

    private void readJson(String text) {
        try {
            JsonArray partitions =
                    JsonParser.parseString(text).getAsJsonObject().getAsJsonArray("partitions");
            if (partitions == null) {
                throw unsound("it has no field \"partitions\"");
            }
            for (JsonElement element : partitions) {
                JsonObject entry = element.getAsJsonObject();
                if (!entry.has("topic") || !entry.has("partition") || !entry.has("newOffset")) {
                    throw unsound("an entry lacks topic, partition or newOffset");
                }
                add(
                        entry.get("topic").getAsString(),
                        entry.get("partition").getAsString(),
                        entry.get("newOffset").getAsString());
            }
        } catch (Failure e) {
            throw e;
        } catch (JsonSyntaxException e) {
            throw unsound(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // Gson tells of wrong types by several kinds of exceptions, in the words of Java.
            throw unsound("\"partitions\" is not a list of objects, or a field of one is neither text nor number");
        }
    }

    private void readLines(String text) {
        int number = 0;
        for (String line : text.split("\\R", -1)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] cells = line.strip().split(",", -1);
            if (cells.length != 3) {
                throw unsound("line " + number + " is '" + line + "'");
            }
            add(cells[0].strip(), cells[1].strip(), cells[2].strip());
        }
    }

    private void add(String topic, String partition, String offset) {
        try {
            var wanted = new TopicPartition(topic, Integer.parseInt(partition));
            long at = Long.parseLong(offset);
            if (at < 0) {
                throw unsound("the offset of " + PartitionText.of(wanted) + " is " + at + ", below 0");
            }
            if (offsets.put(wanted, at) != null) {
                throw unsound(PartitionText.of(wanted) + " is in it twice");
            }
        } catch (IllegalArgumentException e) {
            throw unsound("it says topic '" + topic + "', partition '" + partition + "', offset '" + offset + "'");
        }
    }

    private Failure unsound(String why) {
        return new Failure(
                ExitCode.USAGE,
                file + " is no plan: " + why,
                "It has lines such as orders,0,1234, or is {\"partitions\": [{\"topic\": \"orders\", \"partition\": 0,"
                        + " \"newOffset\": 1234}]}");
    }
}
