package io.kontiki.service;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicImage;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Creates, changes and shows topics. Changes go to the controller; the answer waits until this broker's own image has
 * them, so that the caller reads what it wrote.
 */
public final class TopicGrpcService extends TopicServiceGrpc.TopicServiceImplBase {
    /** Longest wait for the controller and for the local image, if the caller set no deadline. */
    private static final long WAIT_SECONDS_MAX = 30;

    private final LocalMetadata metadata;
    private final Proposer proposer;
    private final Map<String, String> configsOfNewTopics;

    /** @param configsOfNewTopics what this broker puts into topics made here, where their creator says nothing */
    public TopicGrpcService(LocalMetadata metadata, Proposer proposer, Map<String, String> configsOfNewTopics) {
        this.metadata = metadata;
        this.proposer = proposer;
        this.configsOfNewTopics = Map.copyOf(configsOfNewTopics);
    }

    @Override
    public void createTopic(CreateTopicRequest request, StreamObserver<CreateTopicResponse> out) {
        RequestLimits.topicName(request.getName());
        RequestLimits.configs("configs", request.getConfigsMap());
        var configs = new HashMap<>(configsOfNewTopics);
        configs.putAll(request.getConfigsMap());
        var complete = request.toBuilder().putAllConfigs(configs).build();
        change(
                proposal -> proposal.setCreateTopic(complete),
                reply -> CreateTopicResponse.newBuilder()
                        .setTopic(reply.topic(request.getName()))
                        .build(),
                out);
    }

    @Override
    public void deleteTopic(DeleteTopicRequest request, StreamObserver<DeleteTopicResponse> out) {
        RequestLimits.topicName(request.getName());
        change(proposal -> proposal.setDeleteTopic(request), reply -> DeleteTopicResponse.getDefaultInstance(), out);
    }

    @Override
    public void alterTopic(AlterTopicRequest request, StreamObserver<AlterTopicResponse> out) {
        RequestLimits.topicName(request.getName());
        RequestLimits.configs("set_configs", request.getSetConfigsMap());
        RequestLimits.configKeys("remove_configs", request.getRemoveConfigsList());
        change(
                proposal -> proposal.setAlterTopic(request),
                reply -> AlterTopicResponse.newBuilder()
                        .setTopic(reply.topic(request.getName()))
                        .build(),
                out);
    }

    @Override
    public void addPartitions(AddPartitionsRequest request, StreamObserver<AddPartitionsResponse> out) {
        RequestLimits.topicName(request.getName());
        change(
                proposal -> proposal.setAddPartitions(request),
                reply -> AddPartitionsResponse.newBuilder()
                        .setTopic(reply.topic(request.getName()))
                        .build(),
                out);
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

    /** What the controller answered, and an image that holds what it did. */
    private record Reply(ProposeResponse response, MetadataImage image) {
        /** The topic as it would be, if only a check was asked for; else as it is, or gone again if deleted since. */
        Topic topic(String name) {
            return response.hasPlannedTopic()
                    ? MetadataMessages.planned(response.getPlannedTopic())
                    : image.topic(name).map(MetadataMessages::topic).orElseThrow(() -> notFound(name));
        }
    }

    private <A> void change(
            Consumer<ProposeRequest.Builder> request, Function<Reply, A> answer, StreamObserver<A> out) {
        ready();
        var proposal = ProposeRequest.newBuilder();
        request.accept(proposal);
        proposer.propose(proposal.build())
                .thenCompose(this::visibleHere)
                .thenApply(answer)
                .orTimeout(waitMillisMax(), TimeUnit.MILLISECONDS)
                .whenComplete((response, failure) -> {
                    if (failure == null) {
                        out.onNext(response);
                        out.onCompleted();
                    } else {
                        out.onError(ServiceErrors.toStatus(explained(failure)));
                    }
                });
    }

    private CompletableFuture<Reply> visibleHere(ProposeResponse response) {
        ServiceErrors.throwIfRefused(response.getReply());
        return metadata.awaitIndex(response.getIndex()).thenApply(image -> new Reply(response, image));
    }

    private static Throwable explained(Throwable failure) {
        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof TimeoutException
                ? ServiceErrors.exception(
                        ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE,
                        "the metadata quorum did not answer in time; the change may have been made")
                : failure;
    }

    private static long waitMillisMax() {
        var deadline = Context.current().getDeadline();
        var longest = TimeUnit.SECONDS.toMillis(WAIT_SECONDS_MAX);
        return deadline == null
                ? longest
                : Math.max(0, Math.min(longest, deadline.timeRemaining(TimeUnit.MILLISECONDS)));
    }

    private MetadataImage ready() {
        return RequestLimits.ready(metadata.current());
    }

    private static RuntimeException notFound(String name) {
        return ServiceErrors.exception(
                ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND, "there is no topic \"" + Excerpt.of(name) + "\"");
    }
}
