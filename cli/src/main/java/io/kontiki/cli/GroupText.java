package io.kontiki.cli;

import com.google.gson.JsonObject;
import io.kontiki.cli.output.ListFormat;
import io.kontiki.cli.output.Listing;
import io.kontiki.cli.output.Table;
import io.kontiki.cli.output.Table.Column;
import io.kontiki.client.GroupDescription;
import io.kontiki.client.GroupInfo;
import io.kontiki.client.GroupMemberInfo;
import io.kontiki.client.GroupState;
import io.kontiki.client.TopicPartition;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** How groups and their members are described. */
final class GroupText {
    private static final Listing<GroupInfo> GROUPS = new Listing<GroupInfo>("groups", GroupInfo::id, GroupJson::of)
            .text("GROUP", GroupInfo::id)
            .text("STATE", group -> word(group.state()))
            .number("MEMBERS", GroupInfo::members)
            .text("ASSIGNOR", group -> group.assignor().map(AssignorText::of).orElse(""))
            .number("COORDINATOR", GroupText::coordinator);

    private static final Listing<GroupDescription> DESCRIPTIONS =
            new Listing<>("groups", group -> group.info().id(), GroupJson::of);

    private GroupText() {}

    static String list(List<GroupInfo> groups, ListFormat format) {
        return GROUPS.render(groups, format);
    }

    /** Whole groups: for people a paragraph each, for programs a list. */
    static String describe(List<GroupDescription> groups, ListFormat format) {
        boolean forPeople = format == ListFormat.TABLE || format == ListFormat.WIDE;
        return forPeople
                ? groups.stream().map(group -> paragraph(group, format)).collect(Collectors.joining("\n"))
                : DESCRIPTIONS.render(groups, format);
    }

    private static String paragraph(GroupDescription group, ListFormat format) {
        String head = new Table(
                        Column.text("GROUP"),
                        Column.text("STATE"),
                        Column.number("EPOCH"),
                        Column.text("ASSIGNOR"),
                        Column.number("COORDINATOR"))
                .row(
                        group.info().id(),
                        word(group.info().state()),
                        Integer.toString(group.groupEpoch()),
                        group.info().assignor().map(AssignorText::of).orElse(""),
                        coordinator(group.info()))
                .render();
        return group.members().isEmpty()
                ? head
                : head + "\n" + members(group.info().state()).render(group.members(), format);
    }

    /** What changes hands is only shown while something does. */
    private static Listing<GroupMemberInfo> members(GroupState state) {
        var listing = new Listing<GroupMemberInfo>("members", GroupMemberInfo::memberId, member -> new JsonObject())
                .text("MEMBER", GroupMemberInfo::memberId)
                .text("INSTANCE", member -> member.instanceId().orElse(""))
                .text("CLIENT", GroupMemberInfo::clientId)
                .text("HOST", GroupMemberInfo::clientHost)
                .number("EPOCH", GroupMemberInfo::memberEpoch)
                .wideText("SUBSCRIBES TO", GroupText::subscription)
                .wideText("SESSION", member -> member.sessionTimeout().toMillis() + " ms")
                .text("OWNS", member -> partitions(member.owned()));
        return state == GroupState.STABLE
                ? listing
                : listing.text("LOSES", member -> partitions(without(member.owned(), member.target())))
                        .text("GETS", member -> partitions(without(member.target(), member.owned())));
    }

    private static String subscription(GroupMemberInfo member) {
        var topics = String.join(",", member.topics());
        return member.topicPattern()
                .map(pattern -> (topics.isEmpty() ? "" : topics + " ") + "/" + pattern + "/")
                .orElse(topics);
    }

    private static Set<TopicPartition> without(Set<TopicPartition> partitions, Set<TopicPartition> others) {
        var left = new TreeSet<>(partitions);
        left.removeAll(others);
        return left;
    }

    /** Such as {@code orders:0-2,5 returns:1}, as they are typed. */
    static String partitions(Collection<TopicPartition> partitions) {
        return new TreeSet<>(partitions)
                .stream()
                        .map(TopicPartition::topic)
                        .distinct()
                        .map(topic -> topic + ":" + ranges(numbers(partitions, topic)))
                        .collect(Collectors.joining(" "));
    }

    /** Those of one topic, in order. */
    static List<Integer> numbers(Collection<TopicPartition> partitions, String topic) {
        return partitions.stream()
                .filter(partition -> partition.topic().equals(topic))
                .map(TopicPartition::partition)
                .sorted()
                .toList();
    }

    private static String ranges(List<Integer> sorted) {
        var text = new StringBuilder();
        for (int from = 0; from < sorted.size(); ) {
            int to = from;
            while (to + 1 < sorted.size() && sorted.get(to + 1) == sorted.get(to) + 1) {
                to++;
            }
            text.append(text.isEmpty() ? "" : ",").append(sorted.get(from));
            if (to > from) {
                text.append('-').append(sorted.get(to));
            }
            from = to + 1;
        }
        return text.toString();
    }

    /** What people call a member: the name that it was given, if it was. */
    static String name(GroupMemberInfo member) {
        return member.instanceId().orElse(member.memberId());
    }

    static String word(GroupState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static String coordinator(GroupInfo group) {
        return group.coordinatorId().isPresent()
                ? Integer.toString(group.coordinatorId().getAsInt())
                : "";
    }
}
