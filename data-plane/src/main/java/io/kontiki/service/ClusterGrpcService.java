package io.kontiki.service;

import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.proto.v1.ClusterServiceGrpc;
import io.kontiki.proto.v1.DescribeClusterRequest;
import io.kontiki.proto.v1.DescribeClusterResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.GetServerInfoRequest;
import io.kontiki.proto.v1.GetServerInfoResponse;
import io.kontiki.proto.v1.UnregisterBrokerRequest;
import io.kontiki.proto.v1.UnregisterBrokerResponse;
import io.kontiki.quorum.Proposer;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** The cluster as this broker sees it, the broker itself, and the end of brokers that are gone. Any thread. */
public final class ClusterGrpcService extends ClusterServiceGrpc.ClusterServiceImplBase {
    private final LocalMetadata metadata;
    private final ServerInfo info;
    private final ProposedChanges changes;
    private final Supplier<OptionalInt> controllerId;

    /** @param controllerId the broker that leads the metadata quorum, as far as known now */
    public ClusterGrpcService(
            LocalMetadata metadata, Proposer proposer, ServerInfo info, Supplier<OptionalInt> controllerId) {
        this.metadata = metadata;
        this.changes = new ProposedChanges(metadata, proposer);
        this.info = info;
        this.controllerId = controllerId;
    }

    @Override
    public void getServerInfo(GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> out) {
        out.onNext(GetServerInfoResponse.newBuilder()
                .setVersion(info.version())
                .setBrokerId(info.brokerId())
                .setClusterId(metadata.current().clusterId())
                .setMaxMessageBytes(info.messageMaxBytes())
                .setMaxRequestBytes(info.requestMaxBytes())
                .setMaxTopicNameLength(RequestLimits.TOPIC_NAME_CHARS_MAX)
                .setTimeMs(System.currentTimeMillis())
                .build());
        out.onCompleted();
    }

    @Override
    public void describeCluster(DescribeClusterRequest request, StreamObserver<DescribeClusterResponse> out) {
        var image = RequestLimits.ready(metadata.current());
        var response = DescribeClusterResponse.newBuilder()
                .setClusterId(image.clusterId())
                .setVersion(image.position().index())
                .addAllVoters(info.voters().get())
                .setTopics(image.topics().size());
        image.brokers().values().forEach(broker -> response.addBrokers(MetadataMessages.broker(broker)));
        controllerId.get().ifPresent(response::setControllerId);
        countPartitions(image, response);
        out.onNext(response.build());
        out.onCompleted();
    }

    @Override
    public void unregisterBroker(UnregisterBrokerRequest request, StreamObserver<UnregisterBrokerResponse> out) {
        if (request.getBrokerId() < 0) {
            throw RequestLimits.refused(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "broker_id",
                    "broker_id is " + request.getBrokerId() + ", but must be 0 or above");
        }
        changes.propose(
                proposal -> proposal.setUnregisterBroker(request),
                made -> UnregisterBrokerResponse.getDefaultInstance(),
                out);
    }

    private static void countPartitions(MetadataImage image, DescribeClusterResponse.Builder response) {
        int partitions = 0;
        int offline = 0;
        int underReplicated = 0;
        for (var topic : image.topics().all()) {
            for (PartitionRegistration partition : topic.partitions()) {
                partitions++;
                offline += partition.hasLeader() ? 0 : 1;
                underReplicated += partition.isr().size() < partition.replicas().size() ? 1 : 0;
            }
        }
        response.setPartitions(partitions).setOfflinePartitions(offline).setUnderReplicatedPartitions(underReplicated);
    }
}
