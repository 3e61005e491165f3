package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kontiki.client.NewTopic;
import io.kontiki.client.TopicPartition;
import io.kontiki.faults.DoctorCommand.Finding;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * A cluster for {@code kontiki doctor}: brokers 1 to 3 vote, and broker 4, which does not, is the one that suffers, for
 * nothing but what is planted is wrong then. Belongs to one thread.
 */
final class PlantedFaults implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int VOTERS = 3;
    private static final int VICTIM = 4;

    private final FaultyCluster cluster;
    private final DoctorCommand doctor;
    private final Path clockShift;

    PlantedFaults() throws IOException {
        Disks.assumeNone(Tools.compilerObstacle());
        cluster = new FaultyCluster(FaultyCluster.Layout.TWO_DIRECTORIES, VICTIM, VOTERS);
        // The machine may have other things to do: nobody is to be taken for dead, and nobody elected, but as planted.
        brokers().set("broker.session.timeout.ms", "8000");
        brokers().set("quorum.election.timeout.ms", "1500-2500");
        // A leader that was moved away stays away until somebody does something.
        brokers().set("auto.leader.rebalance.enable", "false");
        clockShift = Files.createTempFile("kontiki-clock-shift", "");
        Files.write(clockShift, new byte[Long.BYTES]);
        victim().setEnvironment("KONTIKI_LOG_FORMAT", "json");
        victim().setEnvironment("LD_PRELOAD", Tools.failFlush() + ":" + Tools.shiftClock());
        victim().setEnvironment("CLOCK_SHIFT", clockShift.toString());
        doctor = new DoctorCommand(brokers().bootstrap(), this::isPlanted);
        startAll();
    }

    /** The first directory of each broker is on the disk of this machine, whatever that has left. */
    private boolean isPlanted(Finding finding) {
        return !finding.fault().equals("LOG_DIR_FILLS")
                || finding.what().contains(disk().root().toString());
    }

    DoctorCommand doctor() {
        return doctor;
    }

    FaultyCluster cluster() {
        return cluster;
    }

    LocalCluster brokers() {
        return cluster.scenario().cluster();
    }

    ClusterView view() {
        return cluster.scenario().view();
    }

    /** Broker 4. */
    BrokerProcess victim() {
        return brokers().broker(VICTIM);
    }

    /** Where the victim has its second log directory. */
    LoopFileSystem disk() {
        return cluster.disk(VICTIM);
    }

    Path dataOnDisk() {
        return cluster.dataOf(VICTIM);
    }

    List<Integer> partitionsOnDisk(String topic) throws IOException {
        return cluster.partitionsOnDisk(victim(), topic);
    }

    void failNextFlush() throws IOException {
        cluster.failNextFlush(VICTIM, dataOnDisk() + "/");
    }

    /** Lets the victim's wall clock be off by so much. */
    void shiftClock(Duration by) throws IOException {
        // Not truncated before: the broker has it mapped.
        try (FileChannel file = FileChannel.open(clockShift, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putLong(by.toNanos())
                    .flip());
        }
    }

    /** What the victim has logged so far, in all its runs: each line must be one JSON object. */
    List<JsonObject> log() throws IOException {
        return victim().log()
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
    }

    void startAll() throws IOException {
        brokers().startAll();
        brokers().awaitReady(view(), PATIENCE);
    }

    void stopVictim() {
        victim().terminate();
        assertThat(victim().awaitExit(PATIENCE)).isPresent();
    }

    void createTopic(String name, List<List<Integer>> replicas) throws IOException {
        createTopic(NewTopic.named(name), replicas);
    }

    /** Makes a topic whose partitions are where they are wanted, each led by the first. */
    void createTopic(NewTopic topic, List<List<Integer>> replicas) throws IOException {
        String name = topic.name();
        Map<TopicPartition, List<Integer>> wanted = new HashMap<>();
        IntStream.range(0, replicas.size())
                .forEach(number -> wanted.put(new TopicPartition(name, number), replicas.get(number)));
        view().admin()
                .createTopic(topic.withPartitions(replicas.size())
                        .withReplicationFactor(replicas.get(0).size()));
        view().admin().reassignPartitions(wanted, OptionalLong.empty(), false);
        cluster.await(name + " to be on " + replicas, () -> {
            view().admin().electLeaders(wanted.keySet());
            return view().whole(name)
                    && view().partitions(name).stream()
                            .allMatch(partition -> partition.replicas().equals(replicas.get(partition.partition()))
                                    && partition.leader().orElseThrow()
                                            == partition.replicas().get(0));
        });
    }

    /** Deletes all topics and groups, once all brokers are there, and whatever a test that failed left planted. */
    void clear() throws IOException {
        shiftClock(Duration.ZERO);
        disk().makeRoom();
        startAll();
        view().admin().listTopics().forEach(topic -> view().admin().deleteTopic(topic.name()));
        view().admin().groups().forEach(group -> view().admin().deleteGroup(group.id()));
    }

    @Override
    public void close() throws IOException {
        cluster.close();
        Files.delete(clockShift);
    }
}
