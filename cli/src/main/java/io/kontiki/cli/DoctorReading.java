package io.kontiki.cli;

import io.kontiki.client.Admin;
import io.kontiki.client.BrokerInfo;
import io.kontiki.client.ErrorReason;
import io.kontiki.client.GroupInfo;
import io.kontiki.client.KontikiException;
import io.kontiki.client.LogDirInfo;
import io.kontiki.client.ReassignmentInfo;
import io.kontiki.client.ServerInfo;
import io.kontiki.client.TopicInfo;
import io.kontiki.client.TopicPartition;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Asks the cluster for all that a diagnosis needs. What cannot be told is a fact, too, and no failure. */
final class DoctorReading {
    private final Clients clients;
    private final InstantSource clock;
    private final Map<Integer, String> silent = new TreeMap<>();
    private final Map<Integer, DoctorFacts.Clock> clocks = new TreeMap<>();

    DoctorReading(Clients clients, InstantSource clock) {
        this.clients = clients;
        this.clock = clock;
    }

    DoctorFacts read(Admin admin) {
        var cluster = admin.describeCluster();
        var topics = admin.listTopics();
        var quorum = admin.describeQuorum();
        for (BrokerInfo broker : cluster.brokers()) {
            if (!broker.fenced()) {
                readClock(broker);
            }
        }
        var logDirs = new ArrayList<LogDirInfo>();
        for (BrokerInfo broker : cluster.brokers()) {
            if (!broker.fenced() && !silent.containsKey(broker.id())) {
                readLogDirs(admin, broker.id(), logDirs);
            }
        }
        return new DoctorFacts(cluster, topics, quorum, logDirs, silent, moving(admin), groups(admin, topics), clocks);
    }

    /** The first call makes the connection, and only the second one is quick. */
    private void readClock(BrokerInfo broker) {
        String address = broker.host() + ":" + broker.port();
        try {
            clients.withAdminAt(address, admin -> {
                admin.serverInfo();
                long before = clock.millis();
                ServerInfo info = admin.serverInfo();
                long after = clock.millis();
                info.timeMs().ifPresent(time -> {
                    long doubt = (after - before) / 2 + 1;
                    clocks.put(broker.id(), new DoctorFacts.Clock(time - (before + (after - before) / 2), doubt));
                });
                return info;
            });
        } catch (KontikiException e) {
            // How a call ran out of time is of no use; where nobody answered is.
            silent.put(
                    broker.id(),
                    e.reason() == ErrorReason.TIMED_OUT || e.reason() == ErrorReason.NO_BROKER
                            ? "nobody answers in time at " + address
                            : ErrorReport.plain(String.valueOf(e.getMessage())));
        }
    }

    private void readLogDirs(Admin admin, int brokerId, List<LogDirInfo> logDirs) {
        try {
            logDirs.addAll(admin.describeLogDirs(brokerId, Optional.empty()));
        } catch (KontikiException e) {
            silent.put(brokerId, ErrorReport.plain(String.valueOf(e.getMessage())));
        }
    }

    private static Map<TopicPartition, ReassignmentInfo> moving(Admin admin) {
        try {
            return admin.listReassignments();
        } catch (KontikiException e) {
            return Map.of(); // Those that are being added count as out of sync then.
        }
    }

    private List<DoctorFacts.Group> groups(Admin admin, List<TopicInfo> topics) {
        var led = new HashSet<TopicPartition>();
        topics.forEach(topic -> topic.partitions().stream()
                .filter(partition -> partition.leader().isPresent())
                .forEach(partition -> led.add(new TopicPartition(topic.name(), partition.partition()))));
        var reading = new LagReading(admin, clock.millis());
        var groups = new ArrayList<DoctorFacts.Group>();
        for (GroupInfo group : listed(admin)) {
            groups.add(group(admin, reading, group, led));
        }
        return groups;
    }

    private static List<GroupInfo> listed(Admin admin) {
        try {
            return admin.groups();
        } catch (KontikiException e) {
            return List.of(); // Nobody can tell of groups; what keeps brokers from it is found elsewhere.
        }
    }

    private static DoctorFacts.Group group(Admin admin, LagReading reading, GroupInfo group, Set<TopicPartition> led) {
        if (group.coordinatorId().isEmpty()) {
            return DoctorFacts.Group.unknown(group, Optional.empty());
        }
        try {
            var members = admin.describeGroup(group.id()).members();
            return new DoctorFacts.Group(group, members, reading.of(group.id(), led::contains), Optional.empty());
        } catch (KontikiException e) {
            return DoctorFacts.Group.unknown(group, Optional.of(ErrorReport.plain(String.valueOf(e.getMessage()))));
        }
    }
}
