package io.kontiki.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class LocalMetadataTest {
    private final List<RuntimeException> faults = new ArrayList<>();
    private final LocalMetadata metadata = new LocalMetadata(faults::add);
    private final List<String> calls = new ArrayList<>();

    private static MetadataImage image(long index, int... brokers) {
        var image = MetadataImage.EMPTY.withPosition(new LogPosition(1, index));
        for (int id : brokers) {
            image = image.withBrokers(image.brokers().plus(id, ImageCodecTest.broker(id)));
        }
        return image;
    }

    private void publish(MetadataImage image) {
        metadata.publish(MetadataDelta.between(metadata.current(), image), image);
    }

    private MetadataPublisher recorder(String name) {
        return (delta, image) -> calls.add(
                name + " " + delta.changedBrokers() + "@" + image.position().index());
    }

    @Test
    void publishersAreCalledInTheOrderTheyWereAdded() {
        metadata.addPublisher(recorder("a"));
        metadata.addPublisher(recorder("b"));
        publish(image(5, 1));
        publish(image(6, 1, 2));
        assertThat(calls).containsExactly("a [1]@5", "b [1]@5", "a [2]@6", "b [2]@6");
        assertThat(metadata.current().position().index()).isEqualTo(6);
    }

    @Test
    void latePublisherFirstGetsEverything() {
        publish(image(5, 1));
        publish(image(6, 1, 2));
        metadata.addPublisher(recorder("late"));
        publish(image(7, 1, 2, 3));
        assertThat(calls).containsExactly("late [1, 2]@6", "late [3]@7");
    }

    @Test
    void imageThatIsNotNewerIsDropped() {
        metadata.addPublisher(recorder("a"));
        publish(image(5, 1));
        publish(image(5, 1));
        publish(image(4));
        assertThat(calls).containsExactly("a [1]@5");
        assertThat(metadata.current()).isEqualTo(image(5, 1));
    }

    @Test
    void faultyPublisherIsToldAndTheOthersAreCalled() {
        metadata.addPublisher((delta, image) -> {
            throw new IllegalStateException("defect");
        });
        metadata.addPublisher(recorder("b"));
        publish(image(5));
        assertThat(faults).extracting(Throwable::getMessage).containsExactly("defect");
        assertThat(calls).containsExactly("b []@5");
    }

    @Test
    void waitEndsWhenTheIndexIsReachedAlsoByAJump() {
        var five = metadata.awaitIndex(5);
        var six = metadata.awaitIndex(6);
        var hundred = metadata.awaitIndex(100);
        publish(image(4));
        assertThat(five).isNotDone();
        publish(image(50, 1));
        assertThat(five.join().position().index()).isEqualTo(50);
        assertThat(six).isCompletedWithValue(image(50, 1));
        assertThat(hundred).isNotDone();
        assertThat(metadata.awaitIndex(50)).isCompletedWithValue(image(50, 1));
    }

    @Test
    void waitEndsAfterThePublishersWereTold() {
        var seen = new AtomicReference<Boolean>();
        var waiter = metadata.awaitIndex(5);
        metadata.addPublisher((delta, image) ->
                seen.set(waiter.isDone() || metadata.awaitIndex(5).isDone()));
        publish(image(5));
        assertThat(seen).hasValue(false);
        assertThat(waiter).isDone();
    }

    @Test
    void oneWhoGivesUpDoesNotEndTheWaitOfAnother() {
        var first = metadata.awaitIndex(5);
        var second = metadata.awaitIndex(5);
        first.cancel(false);
        publish(image(5));
        assertThat(second).isCompletedWithValue(image(5));
    }

    @Test
    void waitingNeverWaitsForAPublisher() throws InterruptedException {
        var entered = new CountDownLatch(1);
        var leave = new CountDownLatch(1);
        metadata.addPublisher((delta, image) -> {
            entered.countDown();
            try {
                leave.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        var publishing = new Thread(() -> publish(image(5)));
        publishing.start();
        entered.await();
        var waiter = metadata.awaitIndex(5);
        assertThat(waiter).isNotDone();
        assertThat(metadata.current().position().index()).isEqualTo(5);
        leave.countDown();
        publishing.join();
        assertThat(waiter).isDone();
    }

    @Test
    void dependentsMayWaitAndPublishersMayBeAddedFromThem() {
        var chained = metadata.awaitIndex(5).thenCompose(image -> {
            metadata.addPublisher(recorder("inner"));
            return metadata.awaitIndex(6);
        });
        publish(image(5, 1));
        publish(image(6, 1, 2));
        assertThat(chained).isDone();
        assertThat(calls).containsExactly("inner [1]@5", "inner [2]@6");
    }
}
