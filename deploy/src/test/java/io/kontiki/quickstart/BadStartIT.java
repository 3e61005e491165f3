package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A broker that cannot start says why, in words that name the cause, and ends; one that runs is not disturbed. */
class BadStartIT {
    @Test
    void unknownConfigurationKeyIsNamedWithTheNearestOne() throws IOException {
        BrokerProcess broker = SingleBroker.create("unknown-key");
        broker.set("log.dir.s", "x");

        assertThat(SingleBroker.refusal(broker)).contains("log.dir.s", "did you mean log.dirs?");
    }

    @Test
    void badValueIsNamedWithItsLimits() throws IOException {
        BrokerProcess broker = SingleBroker.create("bad-value");
        broker.set("num.partitions", "0");

        assertThat(SingleBroker.refusal(broker)).contains("num.partitions", "\"0\"", "from 1 to 10000");
    }

    @Test
    void portInUseIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            BrokerProcess broker = SingleBroker.create("port-in-use", taken.getLocalPort());

            assertThat(SingleBroker.refusal(broker))
                    .contains(Integer.toString(taken.getLocalPort()))
                    .containsIgnoringCase("in use");
        }
    }

    @Test
    void dataDirectoryOfAnotherClusterIsRefused() throws IOException {
        BrokerProcess broker = SingleBroker.create("first-cluster");
        SingleBroker.start(broker);
        SingleBroker.stop(broker);
        broker.set("cluster.id", "second-cluster");

        assertThat(SingleBroker.refusal(broker))
                .contains(
                        "first-cluster",
                        "second-cluster",
                        broker.dataDirectory().toString());

        broker.set("cluster.id", "first-cluster");
        SingleBroker.start(broker);
        SingleBroker.stop(broker);
    }

    @Test
    void dataDirectoryInUseIsRefusedAndItsOwnerGoesOn() throws IOException {
        BrokerProcess owner = SingleBroker.started("locked-directory");
        try (ClusterView view = new ClusterView(owner.endpoint())) {
            BrokerProcess intruder = SingleBroker.create("locked-directory");
            intruder.set("log.dirs", owner.dataDirectory().toString());

            assertThat(SingleBroker.refusal(intruder))
                    .contains(owner.dataDirectory().toString())
                    .containsIgnoringCase("lock");
            assertThat(view.serving(List.of(owner.id()))).isTrue();
        } finally {
            SingleBroker.stop(owner);
        }
    }
}
