package io.kontiki.service;

import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.v1.AddPartitionsRequest;
import io.kontiki.proto.v1.AddPartitionsResponse;
import io.kontiki.proto.v1.AlterTopicRequest;
import io.kontiki.proto.v1.AlterTopicResponse;
import io.kontiki.proto.v1.ConfigEntry;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.CreateTopicResponse;
import io.kontiki.proto.v1.DeleteTopicRequest;
import io.kontiki.proto.v1.DeleteTopicResponse;
import io.kontiki.proto.v1.DescribeTopicRequest;
import io.kontiki.proto.v1.DescribeTopicResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.ListTopicsRequest;
import io.kontiki.proto.v1.ListTopicsResponse;
import io.kontiki.proto.v1.Topic;
import io.kontiki.proto.v1.TopicServiceGrpc;
import io.kontiki.quorum.Proposer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Creates, changes and shows topics. Changes go to the controller; the answer waits until this broker's own image has
 * them, so that the caller reads what it wrote.
 */
public final class TopicGrpcService extends TopicServiceGrpc.TopicServiceImplBase {
    private final LocalMetadata metadata;
    private final ProposedChanges changes;
    private final Supplier<Map<String, String>> configsOfNewTopics;

    /** @param configsOfNewTopics what this broker puts into topics made here now, where their creator says nothing */
    public TopicGrpcService(
            LocalMetadata metadata, Proposer proposer, Supplier<Map<String, String>> configsOfNewTopics) {
        this.metadata = metadata;
        this.changes = new ProposedChanges(metadata, proposer);
        this.configsOfNewTopics = configsOfNewTopics;
    }

    @Override
    public void createTopic(CreateTopicRequest request, StreamObserver<CreateTopicResponse> out) {
        RequestLimits.topicName(request.getName());
        RequestLimits.configs("configs", request.getConfigsMap());
        var configs = new HashMap<>(configsOfNewTopics.get());
        configs.putAll(TopicConfig.plain(request.getConfigsMap()));
        var complete = request.toBuilder().putAllConfigs(configs).build();
        changes.propose(
                proposal -> proposal.setCreateTopic(complete),
                made -> CreateTopicResponse.newBuilder()
                        .setTopic(topic(made, request.getName()))
                        .build(),
                out);
    }

    @Override
    public void deleteTopic(DeleteTopicRequest request, StreamObserver<DeleteTopicResponse> out) {
        RequestLimits.topicName(request.getName());
        changes.propose(
                proposal -> known(proposal, request.getName()).setDeleteTopic(request),
                made -> DeleteTopicResponse.getDefaultInstance(),
                out);
    }

    @Override
    public void alterTopic(AlterTopicRequest request, StreamObserver<AlterTopicResponse> out) {
        RequestLimits.topicName(request.getName());
        RequestLimits.configs("set_configs", request.getSetConfigsMap());
        RequestLimits.configKeys("remove_configs", request.getRemoveConfigsList());
        var plain = request.toBuilder()
                .putAllSetConfigs(TopicConfig.plain(request.getSetConfigsMap()))
                .build();
        changes.propose(
                proposal -> known(proposal, request.getName()).setAlterTopic(plain),
                made -> AlterTopicResponse.newBuilder()
                        .setTopic(topic(made, request.getName()))
                        .build(),
                out);
    }

    @Override
    public void addPartitions(AddPartitionsRequest request, StreamObserver<AddPartitionsResponse> out) {
        RequestLimits.topicName(request.getName());
        changes.propose(
                proposal -> known(proposal, request.getName()).setAddPartitions(request),
                made -> AddPartitionsResponse.newBuilder()
                        .setTopic(topic(made, request.getName()))
                        .build(),
                out);
    }

    /** If a topic of that name is made or deleted at the same time, each attempt means the same one. */
    private ProposeRequest.Builder known(ProposeRequest.Builder proposal, String name) {
        metadata.current().topic(name).ifPresent(topic -> proposal.setTopicId(UuidBytes.toBytes(topic.id())));
        return proposal;
    }

    @Override
    public void listTopics(ListTopicsRequest request, StreamObserver<ListTopicsResponse> out) {
        out.onNext(TopicPages.page(ready(), request));
        out.onCompleted();
    }

    @Override
    public void describeTopic(DescribeTopicRequest request, StreamObserver<DescribeTopicResponse> out) {
        RequestLimits.topicName(request.getName());
        var topic = ready().topic(request.getName()).orElseThrow(() -> notFound(request.getName()));
        out.onNext(described(topic));
        out.onCompleted();
    }

    private static DescribeTopicResponse described(TopicImage topic) {
        var response = DescribeTopicResponse.newBuilder().setTopic(MetadataMessages.topic(topic));
        int replicas = topic.partitions().get(0).replicas().size();
        for (var entry : TopicConfig.entries(topic.configs(), replicas)) {
            response.addConfigs(ConfigEntry.newBuilder()
                    .setKey(entry.key())
                    .setValue(entry.value())
                    .setIsDefault(entry.isDefault()));
        }
        return response.build();
    }

    /** The topic as it would be, if only a check was asked for; else as it is, or gone again if deleted since. */
    private static Topic topic(ProposedChanges.Made made, String name) {
        return made.response().hasPlannedTopic()
                ? MetadataMessages.planned(made.response().getPlannedTopic())
                : made.image().topic(name).map(MetadataMessages::topic).orElseThrow(() -> notFound(name));
    }

    private MetadataImage ready() {
        return RequestLimits.ready(metadata.current());
    }

    private static RuntimeException notFound(String name) {
        return ServiceErrors.exception(
                ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND, "there is no topic \"" + Excerpt.of(name) + "\"");
    }
}
