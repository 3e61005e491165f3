package io.kontiki.partition;

import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicas of this broker that are not open. Logs are opened on threads of their directories. All else is done on the
 * thread of {@link AssignedReplicas}, which owns this object, one replica after the other, as its other events must not
 * wait.
 *
 * <pre>
 *   WAITING ---> open
 *      |  ^
 *      |  | again and again: without room at once, where it never had a log;
 *      v  | else once the quorum counts on the replica no more
 *   NO_ROOM, FAILED, LOST
 * </pre>
 */
final class UnopenedReplicas implements AutoCloseable {
    /** How far a replica is, that is not open. */
    private enum State {
        /** Its turn comes, or a directory has it. */
        WAITING,
        /** Nothing is lost, but no directory has room for its log (rule R11). */
        NO_ROOM,
        /** Its log was not found, or cannot be opened, as the quorum was told. */
        FAILED,
        /** Nor was there any in any directory when it was looked for again, or there is none to look in (rule R12). */
        LOST
    }

    /** Hears what becomes of logs, on the thread that owns the replicas. */
    interface Listener {
        void onOpened(TopicPartition id, TopicImage topic, MetadataImage image, PartitionLogs.Placed log);

        /** This broker is to hold the replica no more. Its name stays {@link UnopenedReplicas#reserve reserved}. */
        void onUnwanted(PartitionLogs.Placed log);

        /** Each replica that is known had its turn, and no log is being opened. */
        void onSettled();
    }

    /**
     * A log that a directory opens.
     *
     * @param others the directories to be tried if it cannot
     * @param tried what came of it in those that were tried
     */
    private record Attempt(
            TopicPartition id, String name, LogDir dir, List<LogDir> others, Map<LogDir, OpenOutcome.Kind> tried) {
        Map<LogDir, OpenOutcome.Kind> triedWith(OpenOutcome outcome) {
            Map<LogDir, OpenOutcome.Kind> all = new HashMap<>(tried);
            all.put(dir, outcome.kind());
            return all;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(UnopenedReplicas.class);

    private final int brokerId;
    private final LocalMetadata metadata;
    private final PartitionLogs logs;
    private final OpenReplicas open;
    private final DirectoryReports reports;
    private final Consumer<Runnable> execute;
    private final Listener listener;
    private final LogOpenings openings;

    private final Map<TopicPartition, State> states = new HashMap<>();

    /** What is to be looked at, one after the other. */
    private final Set<TopicPartition> turns = new LinkedHashSet<>();

    private final Map<TopicPartition, Attempt> attempts = new HashMap<>();

    /** Replicas that may have been in use before the quorum heard in which directory: there was a log of their name. */
    private final Set<TopicPartition> mayHaveHeld = new HashSet<>();

    /** Names of logs that are being opened, in repair, or being deleted. */
    private final Set<String> reserved = new HashSet<>();

    /** Reports of the first image. */
    private final List<CompletableFuture<Void>> lost = new ArrayList<>();

    /** @param execute runs it on the thread that owns this object */
    UnopenedReplicas(
            int brokerId,
            LocalMetadata metadata,
            PartitionLogs logs,
            OpenReplicas open,
            DirectoryReports reports,
            Consumer<Runnable> execute,
            Listener listener,
            Threads system) {
        this.brokerId = brokerId;
        this.metadata = metadata;
        this.logs = logs;
        this.open = open;
        this.reports = reports;
        this.execute = execute;
        this.listener = listener;
        this.openings = new LogOpenings(logs, system);
    }

    /** Nothing is opened under that name until it is {@link #free}. */
    void reserve(String log) {
        reserved.add(log);
    }

    /** A topic of that name may have come meanwhile. */
    void free(String log) {
        reserved.remove(log);
        int dash = log.lastIndexOf('-');
        metadata.current()
                .topic(log.substring(0, dash))
                .ifPresent(topic -> open(topic, Integer.parseInt(log.substring(dash + 1))));
    }

    /** Opens a replica, if this broker holds it and it is not known here yet. */
    void open(TopicImage topic, int number) {
        TopicPartition id = new TopicPartition(topic.id(), number);
        if (topic.partition(number)
                        .filter(record -> record.hasReplica(brokerId))
                        .isPresent()
                && open.find(id).isEmpty()
                && states.putIfAbsent(id, State.WAITING) == null) {
            takeTurn(id);
        }
    }

    private void takeTurn(TopicPartition id) {
        if (turns.add(id) && turns.size() == 1) {
            execute.accept(this::next);
        }
    }

    private void next() {
        TopicPartition id = turns.iterator().next();
        MetadataImage image = metadata.current();
        held(id, image).ifPresentOrElse(topic -> open(id, topic, image), () -> states.remove(id));
        turns.remove(id);
        if (!turns.isEmpty()) {
            execute.accept(this::next);
        }
        settle();
    }

    private void settle() {
        if (isSettled()) {
            listener.onSettled();
        }
    }

    /** Whether each replica had its turn, and no log is being opened. */
    boolean isSettled() {
        return turns.isEmpty() && attempts.isEmpty();
    }

    /** Whether there is no log of the replica; another thing is one that is there and cannot be opened. */
    boolean isLost(TopicPartition id) {
        State state = states.getOrDefault(id, State.WAITING);
        return state == State.LOST || state == State.NO_ROOM && neverHeld(id);
    }

    private boolean neverHeld(TopicPartition id) {
        return metadata.current()
                .partition(id)
                .map(record -> record.directoryOf(brokerId))
                .filter(PartitionRegistration.UNASSIGNED::equals)
                .isPresent();
    }

    /** What the log of each replica is named. */
    Map<TopicPartition, String> names() {
        MetadataImage image = metadata.current();
        Map<TopicPartition, String> names = new HashMap<>();
        states.keySet().forEach(id -> held(id, image).ifPresent(topic -> names.put(id, name(id, topic))));
        return names;
    }

    private static String name(TopicPartition id, TopicImage topic) {
        return topic.name() + "-" + id.partition();
    }

    /** Completes when the quorum knows of each replica that was found lost since the last call. */
    CompletableFuture<Void> lostAreKnown() {
        CompletableFuture<Void> known = CompletableFuture.allOf(lost.toArray(CompletableFuture<?>[]::new));
        lost.clear();
        return known;
    }

    /** The topic of a partition, if this broker is to hold a replica. */
    private Optional<TopicImage> held(TopicPartition id, MetadataImage image) {
        return image.topic(id.topicId())
                .filter(topic -> topic.partitions().get(id.partition()).hasReplica(brokerId));
    }

    // ---- One replica

    private void open(TopicPartition id, TopicImage topic, MetadataImage image) {
        String name = name(id, topic);
        if (reserved.contains(name)) {
            states.remove(id, State.WAITING);
            return;
        }
        PartitionRegistration record = topic.partitions().get(id.partition());
        UUID assigned = record.directoryOf(brokerId);
        boolean neverHeld = assigned.equals(PartitionRegistration.UNASSIGNED);
        boolean canBeFilled = reports.isGivenUp(id, record) && record.hasLeader();
        boolean opens = switch (states.get(id)) {
            case WAITING ->
                logs.isIn(id, assigned)
                        || logs.isMovedFrom(id, assigned)
                        || (neverHeld && (canBeFilled || !logs.isUnreadable(id, name)));
            case NO_ROOM -> neverHeld || reports.isGivenUp(id, record);
            case FAILED, LOST -> reports.isGivenUp(id, record);
        };
        if (opens) {
            take(id, name, topic, image);
        } else if (states.get(id) == State.WAITING) {
            if (neverHeld) {
                mayHaveHeld.add(id);
            }
            reportLost(id, name, assigned);
        }
    }

    /** Rule R12: nothing is put in the place of a log that is gone before the quorum counts on it no more. */
    private void reportLost(TopicPartition id, String name, UUID assigned) {
        if (logs.isUnreadable(id, name)) {
            LOG.error("The log {} is there, but does not tell that it is of topic id {}", name, id.topicId());
        } else {
            LOG.error("The log of {} is not in directory {}, where it should be", name, assigned);
        }
        states.put(id, logs.dirsForNew(assigned).isEmpty() ? State.LOST : State.FAILED);
        lost.add(reports.failReplica(id));
    }

    private void take(TopicPartition id, String name, TopicImage topic, MetadataImage image) {
        UUID assigned = topic.partitions().get(id.partition()).directoryOf(brokerId);
        Optional<PartitionLogs.Placed> recovered = logs.takeRecovered(id, topic.config(), assigned);
        if (recovered.isPresent()) {
            states.remove(id);
            listener.onOpened(id, topic, image, recovered.get());
        } else {
            tryNext(id, name, topic, logs.dirsForNew(assigned), Map.of());
        }
    }

    /** Opens a log again that {@link LogRepair} has closed. */
    void reopen(TopicPartition id, PartitionLogs.Placed closed) {
        Optional<TopicImage> topic = held(id, metadata.current());
        if (topic.isPresent()) {
            closed.dir().logRemoved();
            tryNext(id, closed.log().directory(), topic.get(), List.of(closed.dir()), Map.of());
        } else {
            listener.onUnwanted(closed);
        }
    }

    private void tryNext(
            TopicPartition id, String name, TopicImage topic, List<LogDir> all, Map<LogDir, OpenOutcome.Kind> tried) {
        List<LogDir> dirs = all.stream().filter(dir -> !dir.isOffline()).toList();
        if (dirs.isEmpty()) {
            onFailed(id, name, topic.partitions().get(id.partition()), tried);
            return;
        }
        reserved.add(name);
        states.put(id, State.WAITING);
        Attempt attempt = new Attempt(id, name, dirs.get(0), dirs.subList(1, dirs.size()), tried);
        attempts.put(id, attempt);
        openings.begin(
                attempt.dir(),
                id,
                name,
                topic.config(),
                makes(id, topic.partitions().get(id.partition())),
                outcome -> execute.accept(() -> onOpened(attempt, outcome)));
    }

    /**
     * Of a partition without a leader nobody could fill a log that is lost; and before an unclean election an empty one would
     * be taken for all that the replica held (rule M9).
     */
    private boolean makes(TopicPartition id, PartitionRegistration record) {
        return record.hasLeader()
                || (record.directoryOf(brokerId).equals(PartitionRegistration.UNASSIGNED) && !mayHaveHeld.contains(id));
    }

    private void onOpened(Attempt attempt, OpenOutcome outcome) {
        end(attempt, outcome);
        settle();
    }

    private void end(Attempt attempt, OpenOutcome outcome) {
        Optional<PartitionLogs.Placed> log = outcome.log();
        if (!attempts.remove(attempt.id(), attempt)) {
            log.ifPresent(late -> late.dir().logRemoved()); // It is offline, and the log was tried elsewhere.
            return;
        }
        MetadataImage image = metadata.current();
        Optional<TopicImage> topic = held(attempt.id(), image);
        if (topic.isEmpty()) {
            states.remove(attempt.id());
            log.ifPresentOrElse(listener::onUnwanted, () -> free(attempt.name()));
        } else if (log.isEmpty()) {
            tryNext(attempt.id(), attempt.name(), topic.get(), attempt.others(), attempt.triedWith(outcome));
        } else {
            states.remove(attempt.id());
            mayHaveHeld.remove(attempt.id());
            reserved.remove(attempt.name());
            listener.onOpened(attempt.id(), topic.get(), image, log.get());
        }
    }

    /**
     * Nothing is lost where only the room for a new log lacks (rule R11), but a replica that failed counts as one that lost
     * something. So a follower waits, and leaves the ISR by its lag; and a leader lets another one lead.
     *
     * @param tried what came of it in each directory when it was tried: by now it may have room
     */
    private void onFailed(
            TopicPartition id, String name, PartitionRegistration record, Map<LogDir, OpenOutcome.Kind> tried) {
        reserved.remove(name);
        List<LogDir> dirs = logs.dirsForNew(record.directoryOf(brokerId));
        if (dirs.stream().allMatch(dir -> tried.get(dir) == OpenOutcome.Kind.ABSENT)) {
            states.put(id, State.LOST);
            reports.failWhileCountedOn(id, record);
        } else if (dirs.stream().allMatch(dir -> tried.get(dir) == OpenOutcome.Kind.NO_ROOM)) {
            states.put(id, State.NO_ROOM);
            if (record.leader() == brokerId) {
                reports.giveWay(id);
            }
        } else {
            states.put(id, State.FAILED);
            reports.failWhileCountedOn(id, record);
        }
    }

    /** What was to be opened there may hang: it is tried elsewhere. */
    void onOffline(LogDir dir) {
        for (Attempt attempt : List.copyOf(attempts.values())) {
            if (attempt.dir() == dir) {
                onOpened(attempt, OpenOutcome.without(OpenOutcome.Kind.FAILED));
            }
        }
    }

    // ---- Again

    /** Tries again what is not waiting; also what was lost, if the quorum knows by now. */
    void retry() {
        MetadataImage image = metadata.current();
        Map<LogDir, Integer> planned = new HashMap<>();
        List.copyOf(states.entrySet()).forEach(each -> {
            if (each.getValue() != State.WAITING) {
                held(each.getKey(), image)
                        .ifPresentOrElse(
                                topic -> retry(each.getKey(), each.getValue(), topic, planned),
                                () -> states.remove(each.getKey()));
            }
        });
    }

    private void retry(TopicPartition id, State state, TopicImage topic, Map<LogDir, Integer> planned) {
        PartitionRegistration record = topic.partitions().get(id.partition());
        if (state != State.NO_ROOM) {
            reports.failWhileCountedOn(id, record);
        }
        UUID assigned = record.directoryOf(brokerId);
        Optional<LogDir> other = record.hasLeader() && reports.isGivenUp(id, record)
                ? logs.inPlaceOf(assigned, planned)
                : Optional.empty();
        other.ifPresentOrElse(dir -> assign(id, topic.name(), dir, assigned), () -> takeTurn(id));
    }

    /**
     * A replica whose directory is gone for good is filled by the leader in another one; of a partition without a leader
     * nobody could fill it, and the directory may hold what is left. First the quorum has to know where it will be: then,
     * and not before, an empty log is made there (rule R12).
     */
    private void assign(TopicPartition id, String topic, LogDir dir, UUID gone) {
        LOG.warn("Directory {} is gone: the log of {}-{} will be made anew in {}", gone, topic, id.partition(), dir);
        reports.assign(id, dir.id().orElseThrow(), gone);
    }

    /** No log is opened any more. Those that are just being opened become events of this object's thread. */
    @Override
    public void close() {
        openings.close();
    }
}
