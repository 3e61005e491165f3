package io.kontiki.cli;

import io.kontiki.client.Admin;
import io.kontiki.client.BrokerInfo;
import io.kontiki.client.ClusterDescription;
import io.kontiki.client.ErrorReason;
import io.kontiki.client.GroupInfo;
import io.kontiki.client.KontikiException;
import io.kontiki.client.LogDirInfo;
import io.kontiki.client.QuorumDescription;
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
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Asks the cluster for all that a diagnosis needs. What cannot be told is a fact, too, and no failure. */
final class DoctorReading {
    /** Of one broker; why it fell silent, if it did. */
    private record Told(Optional<DoctorFacts.Clock> clock, List<LogDirInfo> logDirs, Optional<String> silent) {}

    private static final int SECOND_LOOKS_MAX = 5;
    private static final ClusterDescription UNKNOWN =
            new ClusterDescription("", 0, List.of(), OptionalInt.empty(), List.of(), 0, 0, 0, 0);

    private final Clients clients;
    private final InstantSource clock;
    private final List<LogDirInfo> logDirs = new ArrayList<>();
    private final Map<Integer, String> silent = new TreeMap<>();
    private final Map<Integer, DoctorFacts.Clock> clocks = new TreeMap<>();

    DoctorReading(Clients clients, InstantSource clock) {
        this.clients = clients;
        this.clock = clock;
    }

    DoctorFacts read(Admin admin) {
        var quorum = admin.describeQuorum();
        try {
            return read(admin, quorum);
        } catch (KontikiException e) {
            if (quorum.leaderId().isPresent()) {
                throw e;
            }
            // Brokers that start wait for a leader, and tell of nothing else until then.
            return new DoctorFacts(UNKNOWN, List.of(), quorum, List.of(), Map.of(), Map.of(), List.of(), Map.of());
        }
    }

    private DoctorFacts read(Admin admin, QuorumDescription quorum) {
        var cluster = admin.describeCluster();
        var topics = admin.listTopics();
        // While a broker is being fenced, its partitions get other leaders: both must be of the same time.
        for (int i = 0; i < SECOND_LOOKS_MAX; i++) {
            var before = cluster;
            cluster = admin.describeCluster();
            if (states(cluster).equals(states(before))) {
                break;
            }
            topics = admin.listTopics();
        }
        askBrokers(admin, cluster);
        return new DoctorFacts(cluster, topics, quorum, logDirs, silent, moving(admin), groups(admin, topics), clocks);
    }

    private static Map<Integer, Boolean> states(ClusterDescription cluster) {
        return cluster.brokers().stream().collect(Collectors.toMap(BrokerInfo::id, BrokerInfo::fenced));
    }

    /** A fenced broker is known to be down. */
    private void askBrokers(Admin admin, ClusterDescription cluster) {
        var running = new TreeMap<Integer, String>();
        cluster.brokers().stream()
                .filter(broker -> !broker.fenced())
                .forEach(broker -> running.put(broker.id(), broker.host() + ":" + broker.port()));
        var answers = EachBroker.ask(running.keySet(), clients.answerLimit(), id -> ask(admin, id, running.get(id)));
        silent.putAll(answers.silent());
        answers.told().forEach((id, told) -> {
            told.clock().ifPresent(clock -> clocks.put(id, clock));
            logDirs.addAll(told.logDirs());
            told.silent().ifPresent(why -> silent.put(id, why));
        });
    }

    private Told ask(Admin admin, int id, String address) {
        Optional<DoctorFacts.Clock> read = Optional.empty();
        try {
            read = clients.withAdminAt(address, this::clock);
            return new Told(read, admin.describeLogDirs(id, Optional.empty()), Optional.empty());
        } catch (KontikiException e) {
            // How a call ran out of time is of no use; where nobody answered is.
            String why = e.reason() == ErrorReason.TIMED_OUT || e.reason() == ErrorReason.NO_BROKER
                    ? "nobody answered within " + EachBroker.words(clients.connectLimit()) + " at " + address
                    : ErrorReport.plain(String.valueOf(e.getMessage()));
            return new Told(read, List.of(), Optional.of(why));
        }
    }

    /** The first call makes the connection, and only the second one is quick. */
    private Optional<DoctorFacts.Clock> clock(Admin admin) {
        admin.serverInfo();
        long before = clock.millis();
        ServerInfo info = admin.serverInfo();
        long after = clock.millis();
        if (info.timeMs().isEmpty()) {
            return Optional.empty();
        }
        long ahead = info.timeMs().getAsLong() - (before + (after - before) / 2);
        return Optional.of(new DoctorFacts.Clock(ahead, (after - before) / 2 + 1));
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
                .filter(partition -> partition.leader().isPresent()
                        && !silent.containsKey(partition.leader().getAsInt()))
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

    /** Who fell silent once is not asked again: a cluster may have thousands of groups. */
    private DoctorFacts.Group group(Admin admin, LagReading reading, GroupInfo group, Set<TopicPartition> led) {
        if (group.coordinatorId().isEmpty()) {
            return DoctorFacts.Group.unknown(group, Optional.empty());
        }
        int coordinator = group.coordinatorId().getAsInt();
        if (silent.containsKey(coordinator)) {
            String why = "its coordinator, broker " + coordinator + ", does not answer";
            return DoctorFacts.Group.unknown(group, Optional.of(why));
        }
        try {
            var members = admin.describeGroup(group.id()).members();
            return new DoctorFacts.Group(group, members, reading.of(group.id(), led::contains), Optional.empty());
        } catch (KontikiException e) {
            return DoctorFacts.Group.unknown(group, Optional.of(ErrorReport.plain(String.valueOf(e.getMessage()))));
        }
    }
}
