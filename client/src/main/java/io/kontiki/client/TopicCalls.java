package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.kontiki.proto.v1.AddPartitionsRequest;
import io.kontiki.proto.v1.AlterTopicRequest;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.DeleteTopicRequest;
import io.kontiki.proto.v1.DescribeTopicRequest;
import io.kontiki.proto.v1.ListTopicsRequest;
import io.kontiki.proto.v1.TopicServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** The calls about topics. Calls block. Thread-safe. */
final class TopicCalls {
    private final AnyBroker anyBroker;

    TopicCalls(AnyBroker anyBroker) {
        this.anyBroker = anyBroker;
    }

    /** See {@link Admin#createTopic} and {@link Admin#validateTopic}. */
    TopicInfo create(NewTopic topic, boolean validateOnly) {
        var request = CreateTopicRequest.newBuilder()
                .setName(topic.name())
                .putAllConfigs(topic.configs())
                .setValidateOnly(validateOnly)
                .setRequestId(ThreadLocalRandom.current().nextLong());
        topic.partitions().ifPresent(request::setPartitions);
        topic.replicationFactor().ifPresent(request::setReplicationFactor);
        var built = request.build();
        return WireValues.topic(anyBroker
                .changeOnce((channel, deadline) -> topics(channel, deadline).createTopic(built))
                .getTopic());
    }

    /** See {@link Admin#deleteTopic}. */
    void delete(String name) {
        var request = DeleteTopicRequest.newBuilder().setName(name).build();
        anyBroker.change((channel, deadline) -> topics(channel, deadline).deleteTopic(request));
    }

    /** See {@link Admin#listTopics}. */
    List<TopicInfo> list() {
        var all = new ArrayList<TopicInfo>();
        var pageToken = "";
        do {
            var request = ListTopicsRequest.newBuilder().setPageToken(pageToken).build();
            var page = anyBroker.read(
                    (channel, deadline) -> topics(channel, deadline).listTopics(request));
            page.getTopicsList().forEach(topic -> all.add(WireValues.topic(topic)));
            pageToken = page.getNextPageToken();
        } while (!pageToken.isEmpty());
        return all;
    }

    /** See {@link Admin#describeTopic}. */
    TopicDescription describe(String name) {
        var request = DescribeTopicRequest.newBuilder().setName(name).build();
        var answer =
                anyBroker.read((channel, deadline) -> topics(channel, deadline).describeTopic(request));
        return new TopicDescription(
                WireValues.topic(answer.getTopic()),
                answer.getConfigsList().stream()
                        .map(c -> new ConfigEntry(c.getKey(), c.getValue(), c.getIsDefault()))
                        .toList());
    }

    /** See {@link Admin#alterTopic}. */
    TopicInfo alter(String name, Map<String, String> set, Set<String> remove, boolean validateOnly) {
        var request = AlterTopicRequest.newBuilder()
                .setName(name)
                .putAllSetConfigs(set)
                .addAllRemoveConfigs(remove)
                .setValidateOnly(validateOnly)
                .build();
        return WireValues.topic(anyBroker
                .change((channel, deadline) -> topics(channel, deadline).alterTopic(request))
                .getTopic());
    }

    /** See {@link Admin#addPartitions}. */
    TopicInfo addPartitions(String name, int total, boolean validateOnly) {
        var request = AddPartitionsRequest.newBuilder()
                .setName(name)
                .setPartitions(total)
                .setValidateOnly(validateOnly)
                .build();
        return WireValues.topic(anyBroker
                .change((channel, deadline) -> topics(channel, deadline).addPartitions(request))
                .getTopic());
    }

    private static TopicServiceGrpc.TopicServiceBlockingStub topics(Channel channel, Deadline deadline) {
        return TopicServiceGrpc.newBlockingStub(channel).withDeadline(deadline);
    }
}
