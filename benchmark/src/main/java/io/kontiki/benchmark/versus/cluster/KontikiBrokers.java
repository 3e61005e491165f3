package io.kontiki.benchmark.versus.cluster;

import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Kontiki's brokers, each a voter of the metadata quorum, from the distribution. */
final class KontikiBrokers implements BrokerSet {
    private static final Duration STOP_MAX = Duration.ofMinutes(2);

    private final LocalCluster cluster;

    KontikiBrokers(Path distribution, Path directory, int count, JvmMemory memory) throws IOException {
        this.cluster = LocalCluster.create(distribution, directory, count);
        String options = String.join(" ", memory.options()) + " -XX:MaxDirectMemorySize=" + memory.maxMebibytes() + "m";
        cluster.brokers().forEach(broker -> broker.setEnvironment("KONTIKI_HEAP_OPTS", options));
    }

    @Override
    public void start() throws IOException {
        cluster.startAll();
    }

    @Override
    public void stop() throws IOException {
        cluster.brokers().forEach(BrokerProcess::terminate);
        for (BrokerProcess broker : cluster.brokers()) {
            if (broker.isAlive() && broker.awaitExit(STOP_MAX).isEmpty()) {
                throw new IOException("broker " + broker.id() + " did not stop within " + STOP_MAX.toSeconds() + " s");
            }
        }
    }

    @Override
    public void kill(int id) {
        cluster.broker(id).kill();
    }

    @Override
    public int count() {
        return cluster.brokers().size();
    }

    @Override
    public String bootstrap() {
        return cluster.bootstrap();
    }

    @Override
    public List<Long> pids() {
        return cluster.brokers().stream()
                .filter(BrokerProcess::isAlive)
                .map(BrokerProcess::pid)
                .toList();
    }

    @Override
    public String logTails() throws IOException {
        StringBuilder tails = new StringBuilder();
        for (BrokerProcess broker : cluster.brokers()) {
            tails.append("--- broker ")
                    .append(broker.id())
                    .append('\n')
                    .append(broker.logTail())
                    .append('\n');
        }
        return tails.toString();
    }

    @Override
    public void close() {
        // Nothing of theirs is looked at afterwards, so there is no need to wait for an orderly end.
        cluster.brokers().forEach(BrokerProcess::kill);
        cluster.close();
    }
}
