package io.kontiki.thin;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.kontiki.client.CommittedOffset;
import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.KontikiException;
import io.kontiki.client.Position;
import io.kontiki.client.RebalanceListener;
import io.kontiki.client.TopicPartition;
import io.kontiki.proto.v1.ConsumedRecord;
import io.kontiki.proto.v1.Header;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The Java client's consumer as a stream needs it. */
final class ClientConsumer implements GroupConsumer {
    /** Fewer than usual: they wait in memory while the caller is slow. */
    private static final int POLL_RECORDS_MAX = 500;

    private static final Duration LEAVE_MAX = Duration.ofSeconds(5);

    private final Consumer consumer;

    private ClientConsumer(Consumer consumer) {
        this.consumer = consumer;
    }

    /**
     * Makes consumers of the cluster that this broker is in.
     *
     * @param advertised {@code host:port} under which the cluster knows this broker
     * @param bound {@code host:port} where this broker can be reached from itself
     * @param prefetchBytes memory for what is fetched ahead of what is polled
     */
    static GroupConsumer open(
            String advertised, String bound, int prefetchBytes, ConsumeStart start, RebalanceListener listener) {
        var builder = Consumer.builder()
                .bootstrapServers(bound)
                .route(advertised, bound)
                .clientId("kontiki-thin")
                .group(start.groupId())
                .memberId(start.memberId())
                .resetPolicy(start.resetPolicy())
                // A stream through another broker may have taken its place.
                .rejoin(false)
                .autoCommit(false)
                .maxPollRecords(POLL_RECORDS_MAX)
                .fetchMaxBytes(prefetchBytes)
                .prefetchMaxBytes(prefetchBytes);
        start.instanceId().ifPresent(builder::instanceId);
        start.assignor().ifPresent(builder::assignor);
        start.sessionTimeout().ifPresent(builder::sessionTimeout);
        start.rebalanceTimeout().ifPresent(builder::rebalanceTimeout);
        var consumer = builder.build();
        try {
            start.pattern()
                    .ifPresentOrElse(
                            pattern -> consumer.subscribe(pattern, listener),
                            () -> consumer.subscribe(start.topics(), listener));
            return new ClientConsumer(consumer);
        } catch (RuntimeException e) {
            consumer.abandon();
            throw e;
        }
    }

    @Override
    public List<Fetched> poll(Duration timeout) {
        return consumer.poll(timeout).stream().map(ClientConsumer::fetched).toList();
    }

    private static Fetched fetched(ConsumerRecord record) {
        var wire = ConsumedRecord.newBuilder().setOffset(record.offset()).setTimestampMs(record.timestampMs());
        record.key().ifPresent(key -> wire.setKey(UnsafeByteOperations.unsafeWrap(key)));
        record.value().ifPresent(value -> wire.setValue(UnsafeByteOperations.unsafeWrap(value)));
        for (var header : record.headers()) {
            wire.addHeaders(Header.newBuilder()
                    .setKey(header.key())
                    .setValue(
                            header.value().map(UnsafeByteOperations::unsafeWrap).orElse(ByteString.EMPTY)));
        }
        return new Fetched(record.topicPartition(), wire.build(), record.leaderEpoch());
    }

    @Override
    public Set<TopicPartition> assignment() {
        return consumer.assignment();
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        consumer.pause(partitions);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        consumer.resume(partitions);
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        consumer.seek(partition, Position.offset(offset));
    }

    @Override
    public CompletableFuture<Void> commit(Map<TopicPartition, CommittedOffset> offsets) {
        try {
            return consumer.commitAsync(offsets);
        } catch (KontikiException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void leave() {
        consumer.close(LEAVE_MAX);
    }

    @Override
    public void abandon() {
        consumer.abandon();
    }
}
