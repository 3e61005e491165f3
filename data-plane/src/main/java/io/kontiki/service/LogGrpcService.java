package io.kontiki.service;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.partition.Partitions;
import io.kontiki.proto.v1.DeleteRecordsRequest;
import io.kontiki.proto.v1.DeleteRecordsResponse;
import io.kontiki.proto.v1.DescribeLogDirsRequest;
import io.kontiki.proto.v1.DescribeLogDirsResponse;
import io.kontiki.proto.v1.LogServiceGrpc;
import io.kontiki.proto.v1.LogServiceGrpc.LogServiceStub;
import io.kontiki.proto.v1.MoveLogRequest;
import io.kontiki.proto.v1.MoveLogResponse;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Deletes records, shows where they are and moves logs between directories, here or on the brokers that have them. */
final class LogGrpcService extends LogServiceGrpc.LogServiceImplBase {
    private final RecordDeletion deletion;
    private final LogDirDescriptions descriptions;
    private final LogMoving moving;

    /**
     * @param readers threads that may block on the disk
     * @param channels gives the shared channel to a broker
     */
    LogGrpcService(
            int brokerId,
            Partitions partitions,
            LocalMetadata metadata,
            Executor readers,
            Function<Endpoint, ManagedChannel> channels) {
        this.deletion = new RecordDeletion(partitions, metadata, channels);
        OtherBrokers<LogServiceStub> others = new OtherBrokers<>(channels, LogServiceGrpc::newStub);
        this.descriptions = new LogDirDescriptions(brokerId, partitions, metadata, readers, others);
        this.moving = new LogMoving(brokerId, partitions, metadata, readers, others);
    }

    @Override
    public void deleteRecords(DeleteRecordsRequest request, StreamObserver<DeleteRecordsResponse> out) {
        UnaryAnswer.send(deletion.delete(request), out);
    }

    @Override
    public void describeLogDirs(DescribeLogDirsRequest request, StreamObserver<DescribeLogDirsResponse> out) {
        UnaryAnswer.send(descriptions.describe(request), out);
    }

    @Override
    public void moveLog(MoveLogRequest request, StreamObserver<MoveLogResponse> out) {
        UnaryAnswer.send(moving.move(request), out);
    }
}
