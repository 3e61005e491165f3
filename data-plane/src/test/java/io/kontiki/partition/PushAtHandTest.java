package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.LogSlice;
import io.kontiki.log.ReadMemory;
import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.replication.Acks;
import io.kontiki.replication.Attach;
import io.kontiki.replication.Effect;
import io.kontiki.replication.Link;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a leader may read on its event loop, to push it at once, and what it may not. Time stands still. */
class PushAtHandTest {
    private static final int FOLLOWER = 2;

    /** What was read when it was asked for. */
    private record Push(boolean atHand, LogSlice slice, ReplicaTransport.PushListener listener) {
        void send() {
            listener.onSent(slice.endOffset(), slice.sizeInBytes());
        }
    }

    @TempDir
    Path root;

    private final BlockingQueue<Push> pushes = new LinkedBlockingQueue<>();
    private PartitionRig rig;

    @BeforeEach
    void lead() {
        rig = new PartitionRig(root, new Remembering(), () -> 0);
        rig.tell(PartitionRegistration.created(List.of(1, FOLLOWER), List.of(1), 1, FlushMode.OS));
        produce("first");
        produce("second");
        Attach attach = new Attach(new Link(0, 1), 0, OptionalInt.empty(), 1, 0);
        rig.partition().onAttach(FOLLOWER, 1, 1, attach);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void produce(String value) {
        rig.partition().produce(PartitionRig.batch(value), Acks.LEADER, OptionalInt.empty(), 10_000, outcome -> {});
    }

    private Push next() throws InterruptedException {
        Push push = pushes.poll(5, TimeUnit.SECONDS);
        assertThat(push).as("push").isNotNull();
        return push;
    }

    @Test
    void whatWasJustAppendedIs() throws InterruptedException {
        next().send();
        produce("x");
        Push push = next();
        assertThat(push.atHand()).isTrue();
        assertThat(push.slice().isEmpty()).isFalse();
    }

    @Test
    void whatAFollowerHasToCatchUpWithIsNot() throws InterruptedException {
        assertThat(next().atHand()).isFalse();
    }

    @Test
    void muchIsNot() throws InterruptedException {
        next().send();
        produce("x".repeat(20_000));
        assertThat(next().atHand()).isFalse();
    }

    @Test
    void littleThatFollowedMuchIsNot() throws InterruptedException {
        Push first = next();
        produce("x".repeat(20_000));
        produce("x");
        rig.partition().describe().join();
        first.send();
        assertThat(next().atHand()).isFalse();
    }

    @Test
    void whatIsNotTheEndOfTheLogAnyMoreIsNot() throws InterruptedException {
        Push first = next();
        produce("x");
        rig.partition().execute(() -> rig.log().appendAsLeader(PartitionRig.batch("x".repeat(20_000)), 0));
        rig.partition().describe().join();
        first.send();
        assertThat(next().atHand()).isFalse();
    }

    private final class Remembering extends NoTransport {
        @Override
        public void push(
                TopicPartition partition,
                Effect.PushTo effect,
                boolean atHand,
                Function<ReadMemory, LogSlice> read,
                PushListener sent) {
            pushes.add(new Push(atHand, read.apply(ReadMemory.NEW), sent));
        }
    }
}
