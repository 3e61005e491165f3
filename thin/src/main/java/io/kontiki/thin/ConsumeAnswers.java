package io.kontiki.thin;

import io.grpc.stub.ServerCallStreamObserver;
import io.kontiki.client.TopicPartition;
import io.kontiki.proto.v1.CommitResult;
import io.kontiki.proto.v1.ConsumePartitions;
import io.kontiki.proto.v1.ConsumeResponse;
import io.kontiki.proto.v1.ConsumeStarted;
import io.kontiki.proto.v1.ConsumedCommitted;
import io.kontiki.proto.v1.ConsumedRecords;
import io.kontiki.proto.v1.TopicPartitions;
import io.kontiki.thin.GroupConsumer.Fetched;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a {@code Consume} stream says to its caller. Belongs to the stream's thread. */
final class ConsumeAnswers {
    private final ServerCallStreamObserver<ConsumeResponse> call;
    private final WireErrors errors;
    private boolean ended;

    ConsumeAnswers(ServerCallStreamObserver<ConsumeResponse> call, WireErrors errors) {
        this.call = call;
        this.errors = errors;
    }

    /** Whether little is waiting to be sent. */
    boolean ready() {
        return call.isReady();
    }

    void started(String memberId) {
        send(ConsumeResponse.newBuilder().setStarted(ConsumeStarted.newBuilder().setMemberId(memberId)));
    }

    /** @param fetched of one partition, at least one */
    void records(List<Fetched> fetched) {
        var partition = fetched.get(0).partition();
        var records = ConsumedRecords.newBuilder().setTopic(partition.topic()).setPartition(partition.partition());
        fetched.forEach(each -> records.addRecords(each.record()));
        send(ConsumeResponse.newBuilder().setRecords(records));
    }

    void assigned(Collection<TopicPartition> partitions) {
        send(ConsumeResponse.newBuilder().setAssigned(wire(partitions)));
    }

    void revoked(Collection<TopicPartition> partitions) {
        send(ConsumeResponse.newBuilder().setRevoked(wire(partitions)));
    }

    void lost(Collection<TopicPartition> partitions) {
        send(ConsumeResponse.newBuilder().setLost(wire(partitions)));
    }

    void committed() {
        send(ConsumeResponse.newBuilder().setCommitted(ConsumedCommitted.getDefaultInstance()));
    }

    /** All for one reason: the first partition has it in words. */
    void notCommitted(Collection<TopicPartition> partitions, Refused why) {
        var answer = ConsumedCommitted.newBuilder();
        var error = why.toPartitionError(errors);
        for (var partition : new TreeSet<>(partitions)) {
            answer.addFailures(CommitResult.newBuilder()
                    .setTopic(partition.topic())
                    .setPartition(partition.partition())
                    .setError(error));
            error = error.toBuilder().clearMessage().build();
        }
        send(ConsumeResponse.newBuilder().setCommitted(answer));
    }

    private void send(ConsumeResponse.Builder response) {
        if (!ended && !call.isCancelled()) {
            call.onNext(response.build());
        }
    }

    void complete() {
        if (!ended && !call.isCancelled()) {
            ended = true;
            call.onCompleted();
        }
    }

    void fail(Throwable why) {
        if (!ended && !call.isCancelled()) {
            ended = true;
            call.onError(why instanceof Refused refused ? refused.toStatus(errors) : why);
        }
    }

    private static ConsumePartitions wire(Collection<TopicPartition> partitions) {
        var byTopic = new TreeMap<String, TopicPartitions.Builder>();
        for (var partition : new TreeSet<>(partitions)) {
            byTopic.computeIfAbsent(partition.topic(), TopicPartitions.newBuilder()::setTopic)
                    .addPartitions(partition.partition());
        }
        var wire = ConsumePartitions.newBuilder();
        byTopic.values().forEach(wire::addTopics);
        return wire.build();
    }
}
