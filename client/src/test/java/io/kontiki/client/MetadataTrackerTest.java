package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.proto.v1.WatchMetadataResponse;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetadataTrackerTest {
    /** The first call of a process loads all of gRPC, which has taken 10 s on a machine that is starved. */
    private static final Duration SOON = Duration.ofSeconds(60);

    private final FakeCluster cluster = new FakeCluster(1, 1, false);
    private final Channels channels = new Channels(cluster);
    private final MetadataTracker tracker =
            new MetadataTracker(HostPort.parseList(cluster.bootstrap()), channels, new SplittableRandom(1));

    @AfterEach
    void close() {
        tracker.close();
        channels.close(Duration.ZERO);
        cluster.close();
    }

    @Test
    void stateInSeveralMessagesCountsOnlyOnceItIsWhole() {
        var states = new CopyOnWriteArrayList<ClusterMetadata>();
        tracker.onChange(() -> states.add(tracker.current()));
        tracker.start();
        await().atMost(SOON).until(() -> tracker.current().isKnown());
        var whole = cluster.metadata(true);
        long next = whole.getVersion() + 1;

        tell(whole.toBuilder().setVersion(next).clearTopics().setMore(true));
        tell(whole.toBuilder().setVersion(next).setFull(false).clearBrokers().setMore(true));
        tell(whole.toBuilder().setVersion(next).setFull(false).clearBrokers().clearTopics());

        await().atMost(SOON).until(() -> tracker.current().version() == next);
        assertThat(states)
                .hasSize(2)
                .allSatisfy(state -> assertThat(state.topic(FakeCluster.TOPIC)).isPresent());
        assertThat(tracker.current().brokers()).containsOnlyKeys(1);
    }

    /** It may be at another address behind its name, and a connection to the old one would not break by itself. */
    @Test
    void brokerThatRunsAnewIsDialledAnew() {
        tracker.start();
        await().atMost(SOON).until(() -> tracker.current().isKnown());
        var address = tracker.current().addresses().get(0);
        var first = channels.to(address);
        var known = cluster.metadata(true);
        var again = known.getBrokers(0).toBuilder().setEpoch(2).build();

        tell(known.toBuilder().setVersion(known.getVersion() + 1).setBrokers(0, again));

        await().atMost(SOON).until(() -> channels.to(address) != first);
        assertThat(first.isShutdown()).isTrue();
    }

    private void tell(WatchMetadataResponse.Builder message) {
        cluster.broker(1).tellWatchers(message.build());
    }
}
