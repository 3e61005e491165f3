package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.log.LogSlice;
import io.kontiki.log.OffsetOutOfRangeException;
import io.kontiki.log.ReadMemory;
import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.Reassignment;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.replication.Attach;
import io.kontiki.replication.AttachRefusal;
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

/** What was to be sent to a follower cannot be read when it is its turn. Time stands still. */
class UnreadablePushTest {
    private static final int FOLLOWER = 2;

    @TempDir
    Path root;

    private final BlockingQueue<Function<ReadMemory, LogSlice>> pushes = new LinkedBlockingQueue<>();
    private final BlockingQueue<AttachRefusal> refusals = new LinkedBlockingQueue<>();
    private PartitionRig rig;

    @BeforeEach
    void open() {
        rig = new PartitionRig(root, new Remembering(), () -> 0);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** Nothing is committed: what is cut below was never counted on. */
    private void lead(Reassignment moving) {
        rig.tell(PartitionRegistration.created(List.of(1, FOLLOWER), List.of(1), 2, FlushMode.ACK)
                .withReplicas(List.of(1, FOLLOWER), moving));
    }

    /** The follower lacks the second batch of two. */
    private void attach(long linkId) {
        rig.partition().execute(() -> {
            while (rig.log().endOffset() < 2) {
                rig.log().appendAsLeader(PartitionRig.batch("x"), 0);
            }
        });
        Attach attach = new Attach(new Link(0, linkId), 0, OptionalInt.of(0), 1, 0);
        rig.partition().onAttach(FOLLOWER, 1, 1, attach);
    }

    private Function<ReadMemory, LogSlice> nextPush() throws InterruptedException {
        Function<ReadMemory, LogSlice> push = pushes.poll(5, TimeUnit.SECONDS);
        assertThat(push).as("push").isNotNull();
        return push;
    }

    /** As when the log start rises between two looks at it. */
    private void failToRead(Function<ReadMemory, LogSlice> push) {
        rig.partition().execute(() -> rig.log().truncateTo(0));
        rig.partition().describe().join();
        assertThatThrownBy(() -> push.apply(ReadMemory.NEW)).isInstanceOf(OffsetOutOfRangeException.class);
    }

    @Test
    void followerIsToldToAskAgainForWhatIsNotThereAnyMore() throws InterruptedException {
        lead(Reassignment.NONE);
        attach(1);
        failToRead(nextPush());
        assertThat(refusals.poll(5, TimeUnit.SECONDS)).isEqualTo(AttachRefusal.STORAGE_ERROR);
    }

    /** Rule M11: the next one would have to wait for it, and with each that fails longer. */
    @Test
    void whatWasNotSentIsGivenBackToTheThrottle() throws InterruptedException {
        lead(new Reassignment(List.of(FOLLOWER), List.of(), 2, 1));
        attach(1);
        failToRead(nextPush());
        attach(2);
        assertThat(nextPush().apply(ReadMemory.NEW).isEmpty()).isFalse();
    }

    private final class Remembering extends NoTransport {
        @Override
        public void send(TopicPartition partition, Effect.SendRefused effect) {
            refusals.add(effect.reason());
        }

        @Override
        public void push(
                TopicPartition partition,
                Effect.PushTo effect,
                boolean atHand,
                Function<ReadMemory, LogSlice> read,
                PushListener sent) {
            pushes.add(read);
        }
    }
}
