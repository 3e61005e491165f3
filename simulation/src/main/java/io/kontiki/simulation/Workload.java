package io.kontiki.simulation;

import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.replication.Acks;
import io.kontiki.replication.Admission;
import io.kontiki.replication.CommitOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Producers, which never send a value twice, and readers. */
final class Workload {
    private static final int PRODUCERS = 3;
    private static final int READERS = 2;

    private final Cluster cluster;
    private final Scheduler scheduler;
    private final List<Reader> readers = new ArrayList<>();
    private boolean running;
    private long lastValue;
    private long latestAnswered;

    Workload(Cluster cluster) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
    }

    void start() {
        running = true;
        for (int producer = 0; producer < PRODUCERS; producer++) {
            scheduler.afterMillis(0, 50, this::produceForEver);
        }
        for (int reader = 0; reader < READERS; reader++) {
            Reader started = new Reader();
            readers.add(started);
            scheduler.afterMillis(0, 50, started::readForEver);
        }
    }

    void stop() {
        running = false;
    }

    private void produceForEver() {
        if (!running) {
            return;
        }
        Acks acks = scheduler.chance(0.8) ? Acks.ALL : Acks.LEADER;
        target().ifPresent(broker -> produce(broker, acks));
        scheduler.afterMillis(1, scheduler.chance(0.1) ? 300 : 20, this::produceForEver);
    }

    /** One value, sent once; what became of it is checked on the broker's side. */
    void produce(SimBroker broker, Acks acks) {
        long value = ++lastValue;
        scheduler.afterMillis(0, 3, () -> broker.produce(value, acks, this::ignore, this::ignore));
    }

    private void ignore(CommitOutcome outcome) {}

    private void ignore(Admission.Reason reason) {}

    /** Mostly the leader; now and then a broker that may have been it. */
    private Optional<SimBroker> target() {
        if (scheduler.chance(0.8)) {
            return cluster.record()
                    .filter(PartitionRegistration::hasLeader)
                    .flatMap(record -> cluster.node(record.leader()).serving());
        }
        return cluster.node((int) scheduler.draw(1, cluster.options().nodes())).serving();
    }

    /** Reads on from where it was, from whoever says to lead. */
    private final class Reader {
        private long position;

        private void readForEver() {
            if (running) {
                target().ifPresent(broker -> broker.execute(() -> read(broker)));
                scheduler.afterMillis(5, 60, this::readForEver);
            }
        }

        private void read(SimBroker broker) {
            boolean granted = broker.serving() && broker.admitRead() instanceof Admission.Granted;
            if (!granted) {
                return;
            }
            long bound = broker.replica().highWatermark();
            for (; position < bound; position++) {
                ModelBatch read = broker.log().at(position);
                SimulationFailure.check(
                        position < cluster.checks().committed().endOffset()
                                && cluster.checks().committed().at(position).equals(read),
                        "B: read " + read + " from broker " + broker.id() + ", which is not committed");
            }
            checkLatest(broker, bound);
        }

        /** L13 among leaders; L16 keeps those that are deposed, and do not know it, from answering. */
        private void checkLatest(SimBroker broker, long bound) {
            if (broker.admitLatest() instanceof Admission.Granted) {
                SimulationFailure.check(
                        bound >= latestAnswered, "L13: latest offset " + bound + " after " + latestAnswered);
                latestAnswered = bound;
            }
        }
    }
}
