package io.kontiki.service;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.partition.Partitions;
import io.kontiki.proto.v1.AllocateProducerIdRequest;
import io.kontiki.proto.v1.AllocateProducerIdResponse;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import io.kontiki.proto.v1.ProduceServiceGrpc;

/** Appends to the partitions that this broker leads. */
public final class ProduceGrpcService extends ProduceServiceGrpc.ProduceServiceImplBase {
    private final Partitions partitions;
    private final PartitionErrors errors;
    private final ProducerIds producerIds;
    private final ProduceBudget budget;

    ProduceGrpcService(Partitions partitions, LocalMetadata metadata, ProducerIds producerIds, ProduceBudget budget) {
        this.partitions = partitions;
        this.errors = new PartitionErrors(metadata);
        this.producerIds = producerIds;
        this.budget = budget;
    }

    @Override
    public StreamObserver<ProduceRequest> produce(StreamObserver<ProduceResponse> out) {
        return new ProduceStream(partitions, errors, budget, (ServerCallStreamObserver<ProduceResponse>) out);
    }

    @Override
    public void allocateProducerId(AllocateProducerIdRequest request, StreamObserver<AllocateProducerIdResponse> out) {
        producerIds.allocate().whenComplete((id, failure) -> {
            if (failure != null) {
                out.onError(ServiceErrors.toStatus(failure));
                return;
            }
            out.onNext(AllocateProducerIdResponse.newBuilder().setProducerId(id).build());
            out.onCompleted();
        });
    }
}
