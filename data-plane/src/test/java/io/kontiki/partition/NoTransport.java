package io.kontiki.partition;

import io.kontiki.log.LogSlice;
import io.kontiki.log.ReadMemory;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.replication.Effect;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** There is nobody to send to. */
class NoTransport implements ReplicaTransport {
    @Override
    public void send(TopicPartition partition, Effect.SendAttach effect) {}

    @Override
    public void send(TopicPartition partition, Effect.SendAck effect) {}

    @Override
    public void send(TopicPartition partition, Effect.SendDetach effect) {}

    @Override
    public void send(TopicPartition partition, Effect.SendAttached effect) {}

    @Override
    public void send(TopicPartition partition, Effect.SendDiverged effect) {}

    @Override
    public void send(TopicPartition partition, Effect.SendRefused effect) {}

    @Override
    public void send(TopicPartition partition, Effect.SendReset effect, Supplier<LogStart> read) {}

    @Override
    public CompletableFuture<DigestAnswer> digest(int follower, TopicPartition partition, DigestQuestion question) {
        return CompletableFuture.completedFuture(DigestAnswer.refused(DigestAnswer.Reason.UNREACHABLE));
    }

    @Override
    public void push(
            TopicPartition partition,
            Effect.PushTo effect,
            boolean atHand,
            Function<ReadMemory, LogSlice> read,
            PushListener sent) {}
}
