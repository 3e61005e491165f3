package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.JsonText;
import io.kontiki.client.GroupDescription;
import io.kontiki.client.GroupInfo;
import io.kontiki.client.GroupMemberInfo;
import io.kontiki.client.TopicPartition;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Groups for programs. The field names are part of what the command promises. */
final class GroupJson {
    private GroupJson() {}

    static JsonObject of(GroupInfo group) {
        var object = new JsonObject();
        object.addProperty("group", group.id());
        object.addProperty("state", GroupText.word(group.state()));
        object.addProperty("members", group.members());
        add(object, "assignor", group.assignor().map(AssignorText::of));
        add(object, "coordinatorId", boxed(group));
        return object;
    }

    static JsonObject of(GroupDescription group) {
        var object = of(group.info());
        object.addProperty("groupEpoch", group.groupEpoch());
        object.addProperty("assignmentEpoch", group.assignmentEpoch());
        var members = new JsonArray();
        group.members().forEach(member -> members.add(of(member)));
        object.add("members", members);
        return object;
    }

    private static JsonObject of(GroupMemberInfo member) {
        var object = new JsonObject();
        object.addProperty("memberId", member.memberId());
        add(object, "instanceId", member.instanceId());
        object.addProperty("clientId", member.clientId());
        object.addProperty("clientHost", member.clientHost());
        object.addProperty("memberEpoch", member.memberEpoch());
        var topics = new JsonArray();
        member.topics().forEach(topics::add);
        object.add("subscribedTopics", topics);
        add(object, "subscribedPattern", member.topicPattern());
        object.add("owned", partitions(member.owned()));
        object.add("target", partitions(member.target()));
        object.addProperty("sessionTimeoutMs", member.sessionTimeout().toMillis());
        return object;
    }

    private static JsonArray partitions(Collection<TopicPartition> partitions) {
        var byTopic = new TreeMap<String, List<Integer>>();
        new TreeSet<>(partitions)
                .stream()
                        .map(TopicPartition::topic)
                        .distinct()
                        .forEach(topic -> byTopic.put(topic, GroupText.numbers(partitions, topic)));
        var array = new JsonArray();
        byTopic.forEach((topic, numbers) -> {
            var entry = new JsonObject();
            entry.addProperty("topic", topic);
            entry.add("partitions", JsonText.numbers(numbers));
            array.add(entry);
        });
        return array;
    }

    private static Optional<Integer> boxed(GroupInfo group) {
        return group.coordinatorId().isPresent()
                ? Optional.of(group.coordinatorId().getAsInt())
                : Optional.empty();
    }

    /** A field with a number or a text, or null. */
    static void add(JsonObject object, String name, Optional<?> value) {
        if (value.isEmpty()) {
            object.add(name, JsonNull.INSTANCE);
        } else if (value.get() instanceof Number number) {
            object.addProperty(name, number);
        } else {
            object.addProperty(name, value.get().toString());
        }
    }
}
