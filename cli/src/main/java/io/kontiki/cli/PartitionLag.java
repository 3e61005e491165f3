package io.kontiki.cli;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.JsonText;
import io.kontiki.cli.output.ListFormat;
import io.kontiki.cli.output.Listing;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.CommittedOffset;
import io.kontiki.client.GroupMemberInfo;
import io.kontiki.client.TopicPartition;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How far a group is behind in a partition.
 *
 * @param group id
 * @param committed what the group has committed there, if anything
 * @param logStart first readable offset
 * @param recordsEnd where the records end that consumers get
 * @param logEnd end of the committed records, the broker's own among them
 * @param firstUnreadMs time stamp of the first record not yet read, in milliseconds since 1970; empty if there is none
 * @param member who owns the partition, if anybody does
 * @param nowMs when this was true
 */
record PartitionLag(
        String group,
        TopicPartition partition,
        Optional<CommittedOffset> committed,
        long logStart,
        long recordsEnd,
        long logEnd,
        OptionalLong firstUnreadMs,
        Optional<GroupMemberInfo> member,
        long nowMs) {
    private static final double SECOND_MS = 1000;

    private static final Listing<PartitionLag> LISTING = new Listing<PartitionLag>(
                    "partitions", lag -> PartitionText.of(lag.partition), PartitionLag::json)
            .text("GROUP", PartitionLag::group)
            .text("TOPIC", lag -> lag.partition.topic())
            .number("PARTITION", lag -> lag.partition.partition())
            .number(
                    "COMMITTED",
                    lag -> lag.committed
                            .map(offset -> Long.toString(offset.offset()))
                            .orElse(""))
            .wideText("COMMITTED AT", lag -> lag.committedAt().orElse(""))
            .wideNumber("LOG START", PartitionLag::logStart)
            .number("LOG END", PartitionLag::logEnd)
            .number(
                    "LAG",
                    lag -> lag.records().isPresent()
                            ? Long.toString(lag.records().getAsLong())
                            : "")
            .number(
                    "LAG (S)",
                    lag -> lag.seconds().isPresent() ? seconds(lag.seconds().getAsDouble()) : "")
            .text("MEMBER", lag -> lag.member.map(GroupText::name).orElse(""))
            .wideText("CLIENT", lag -> lag.member.map(GroupMemberInfo::clientId).orElse(""))
            .wideText(
                    "METADATA",
                    lag -> lag.committed.map(CommittedOffset::metadata).orElse(""));

    static String render(List<PartitionLag> lags, ListFormat format) {
        return LISTING.render(lags, format);
    }

    /** Records that are readable and not yet read; empty if the group has committed nothing there. */
    OptionalLong records() {
        return committed.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(
                        0, recordsEnd - Math.max(logStart, committed.get().offset())));
    }

    /** Age of the first record not yet read, at least 0; 0 if there is none, empty if it is not known. */
    OptionalDouble seconds() {
        if (records().isEmpty()) {
            return OptionalDouble.empty();
        }
        if (records().getAsLong() == 0) {
            return OptionalDouble.of(0);
        }
        return firstUnreadMs.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.max(0, nowMs - firstUnreadMs.getAsLong()) / SECOND_MS);
    }

    /** All of a group in one sentence. */
    static String sentence(String group, List<PartitionLag> lags) {
        long records = lags.stream().mapToLong(lag -> lag.records().orElse(0)).sum();
        if (lags.stream().allMatch(lag -> lag.committed.isEmpty())) {
            return "group " + group + " has committed nothing"
                    + (lags.isEmpty() ? "" : " in " + Quantity.count(lags.size(), "partition"));
        }
        long behind = lags.stream().filter(lag -> lag.records().orElse(0) > 0).count();
        long unknown = lags.stream().filter(lag -> lag.committed.isEmpty()).count();
        double oldest =
                lags.stream().mapToDouble(lag -> lag.seconds().orElse(0)).max().orElse(0);
        String end = unknown == 0 ? "" : "; nothing is committed in " + Quantity.count(unknown, "partition");
        if (records == 0) {
            return "group " + group + " has read all that it follows" + end;
        }
        return "group " + group + " is " + Quantity.count(records, "record") + " behind in "
                + Quantity.count(behind, "partition") + ", the oldest for " + seconds(oldest) + " s" + end;
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.1f", seconds);
    }

    private Optional<String> committedAt() {
        return committed.flatMap(offset -> offset.committedAtMs().isPresent()
                ? Optional.of(JsonText.time(offset.committedAtMs().getAsLong()))
                : Optional.empty());
    }

    private JsonObject json() {
        var object = new JsonObject();
        object.addProperty("group", group);
        object.addProperty("topic", partition.topic());
        object.addProperty("partition", partition.partition());
        GroupJson.add(object, "committedOffset", committed.map(offset -> offset.offset()));
        GroupJson.add(object, "committedAt", committedAt());
        GroupJson.add(object, "metadata", committed.map(CommittedOffset::metadata));
        object.addProperty("logStartOffset", logStart);
        object.addProperty("logEndOffset", logEnd);
        records()
                .ifPresentOrElse(
                        lag -> object.addProperty("lagRecords", lag),
                        () -> object.add("lagRecords", JsonNull.INSTANCE));
        seconds()
                .ifPresentOrElse(
                        lag -> object.addProperty("lagSeconds", lag),
                        () -> object.add("lagSeconds", JsonNull.INSTANCE));
        GroupJson.add(object, "memberId", member.map(GroupMemberInfo::memberId));
        GroupJson.add(object, "instanceId", member.flatMap(GroupMemberInfo::instanceId));
        GroupJson.add(object, "clientId", member.map(GroupMemberInfo::clientId));
        return object;
    }
}
