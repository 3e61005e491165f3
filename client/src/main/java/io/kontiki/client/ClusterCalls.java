package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.kontiki.proto.v1.ClusterServiceGrpc;
import io.kontiki.proto.v1.DescribeClusterRequest;
import io.kontiki.proto.v1.GetServerInfoRequest;
import io.kontiki.proto.v1.UnregisterBrokerRequest;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The calls about the cluster and its brokers. Calls block. Thread-safe. */
final class ClusterCalls {
    private final AnyBroker anyBroker;

    ClusterCalls(AnyBroker anyBroker) {
        this.anyBroker = anyBroker;
    }

    /** See {@link Admin#describeCluster}. */
    ClusterDescription describe() {
        var request = DescribeClusterRequest.getDefaultInstance();
        var answer =
                anyBroker.read((channel, deadline) -> cluster(channel, deadline).describeCluster(request));
        return new ClusterDescription(
                answer.getClusterId(),
                answer.getVersion(),
                WireValues.brokers(answer.getBrokersList()),
                answer.hasControllerId() ? OptionalInt.of(answer.getControllerId()) : OptionalInt.empty(),
                List.copyOf(answer.getVotersList()),
                answer.getTopics(),
                answer.getPartitions(),
                answer.getOfflinePartitions(),
                answer.getUnderReplicatedPartitions());
    }

    /** See {@link Admin#serverInfo}. */
    ServerInfo serverInfo() {
        var request = GetServerInfoRequest.getDefaultInstance();
        var answer =
                anyBroker.read((channel, deadline) -> cluster(channel, deadline).getServerInfo(request));
        return new ServerInfo(
                answer.getVersion(),
                answer.getBrokerId(),
                answer.getClusterId(),
                answer.getMaxMessageBytes(),
                answer.getMaxRequestBytes(),
                answer.getMaxTopicNameLength(),
                List.copyOf(answer.getFeaturesList()),
                // An earlier broker does not tell.
                answer.getTimeMs() == 0 ? OptionalLong.empty() : OptionalLong.of(answer.getTimeMs()));
    }

    /** See {@link Admin#unregisterBroker}. */
    void unregister(int brokerId) {
        var request = UnregisterBrokerRequest.newBuilder().setBrokerId(brokerId).build();
        anyBroker.change((channel, deadline) -> cluster(channel, deadline).unregisterBroker(request));
    }

    private static ClusterServiceGrpc.ClusterServiceBlockingStub cluster(Channel channel, Deadline deadline) {
        return ClusterServiceGrpc.newBlockingStub(channel).withDeadline(deadline);
    }
}
