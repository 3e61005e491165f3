package io.kontiki.quorum;

import io.kontiki.controller.Controller;
import io.kontiki.controller.Now;
import io.kontiki.controller.Prepared;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.HeartbeatResponse;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one {@link Controller} for one term. One thread owns it: others put an event on a bounded queue and get a
 * future. Commands go to the log from this thread and are answered from the log's, so many can be under way.
 */
final class ControllerLoop implements AutoCloseable {
    static final int EVENTS_MAX = 4096;
    /** Proposals that wait or are under way. */
    static final int PROPOSALS_MAX = 2048;

    private static final Logger LOG = LoggerFactory.getLogger(ControllerLoop.class);
    /** How often a request is made into a command before a concurrent change is reported. */
    private static final int PREPARATIONS_MAX = 3;

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long STOP_MILLIS = 5_000;

    private final Controller controller;
    private final long term;
    private final MetadataLog log;
    private final LocalMetadata metadata;
    private final Supplier<Now> clock;
    private final FaultHandler faults;
    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(EVENTS_MAX);
    private final Semaphore proposals = new Semaphore(PROPOSALS_MAX);
    private final DeathWatch deathWatch;
    private final Thread thread;
    private volatile boolean stopped;

    /** Something for the controller; {@code drop} instead of {@code run} if the loop stops first. */
    private record Event(Runnable run, Runnable drop) {}

    ControllerLoop(
            Controller controller,
            long term,
            MetadataLog log,
            LocalMetadata metadata,
            BrokerProbe probe,
            Supplier<Now> clock,
            FaultHandler faults) {
        this.controller = controller;
        this.term = term;
        this.log = log;
        this.metadata = metadata;
        this.clock = clock;
        this.faults = faults;
        this.deathWatch = new DeathWatch(probe, this::dead);
        this.thread = new Thread(this::run, "kontiki-controller-" + term);
        thread.setDaemon(true);
    }

    void start() {
        LOG.atInfo()
                .addKeyValue("state", "controller")
                .addKeyValue("term", term)
                .log(
                        "Controller starts for term {} at {}",
                        term,
                        metadata.current().position());
        thread.start();
    }

    long term() {
        return term;
    }

    CompletableFuture<ProposeResponse> propose(ProposeRequest request) {
        if (!proposals.tryAcquire()) {
            return CompletableFuture.completedFuture(
                    refusal(ErrorReason.ERROR_REASON_OVERLOADED, PROPOSALS_MAX + " proposals are under way already"));
        }
        var answer = new CompletableFuture<ProposeResponse>();
        answer.whenComplete((response, error) -> proposals.release());
        var event =
                new Event(() -> prepare(request, answer, PREPARATIONS_MAX), () -> answer.complete(stoppedRefusal()));
        if (!enqueue(event)) {
            answer.complete(refusal(ErrorReason.ERROR_REASON_OVERLOADED, "the controller's queue is full"));
        }
        return answer;
    }

    CompletableFuture<HeartbeatResponse> heartbeat(HeartbeatRequest request) {
        var answer = new CompletableFuture<HeartbeatResponse>();
        var event = new Event(
                () -> {
                    var outcome =
                            controller.onHeartbeat(request, metadata.current(), log.confirmedNanos(term), clock.get());
                    outcome.command().ifPresent(this::submit);
                    answer.complete(outcome.response());
                },
                () -> answer.complete(heartbeatRefusal(ErrorReason.ERROR_REASON_NOT_LEADER, "the controller stops")));
        if (!enqueue(event)) {
            answer.complete(heartbeatRefusal(ErrorReason.ERROR_REASON_OVERLOADED, "the controller's queue is full"));
        }
        return answer;
    }

    void heartbeatStreamBroken(int brokerId, long brokerEpoch) {
        internal(() -> {
            controller.onHeartbeatStreamBroken(brokerId, brokerEpoch);
            deathWatch.dial(controller.brokersToProbe(metadata.current()));
        });
    }

    /** Ends the thread; what waits is refused. Idempotent. Not for the controller's own thread. */
    @Override
    public void close() {
        if (stopped) {
            return;
        }
        stopped = true;
        thread.interrupt();
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        dropWaiting();
        LOG.atInfo()
                .addKeyValue("state", "no controller")
                .addKeyValue("term", term)
                .log("Controller of term {} stopped", term);
    }

    private void run() {
        try {
            // At once, since it initializes a new cluster.
            tick();
            var nextTick = System.nanoTime() + TICK_NANOS;
            while (!stopped) {
                var event = events.poll(nextTick - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (event != null) {
                    event.run().run();
                }
                if (System.nanoTime() - nextTick >= 0) {
                    tick();
                    nextTick = System.nanoTime() + TICK_NANOS;
                }
            }
        } catch (InterruptedException e) {
            // Asked to stop.
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            if (!stopped) {
                faults.onFault(
                        "The controller of term " + term + " failed at "
                                + metadata.current().position(),
                        e);
            }
        } finally {
            stopped = true;
            dropWaiting();
        }
    }

    private void tick() {
        var image = metadata.current();
        controller.onTick(image, clock.get()).forEach(this::submit);
        deathWatch.dial(controller.brokersToProbe(image));
    }

    private void prepare(ProposeRequest request, CompletableFuture<ProposeResponse> answer, int triesLeft) {
        var prepared = controller.prepare(request, metadata.current(), clock.get());
        if (prepared instanceof Prepared.Submit submit) {
            log.submit(submit.command())
                    .thenAccept(submission -> onSubmission(request, submit, answer, triesLeft, submission));
        } else if (prepared instanceof Prepared.Answered answered) {
            answer.complete(answered.response());
        } else if (prepared instanceof Prepared.Refuse refuse) {
            answer.complete(
                    ProposeResponse.newBuilder().setReply(refuse.reply()).build());
        } else if (prepared instanceof Prepared.Planned planned) {
            answer.complete(ProposeResponse.newBuilder()
                    .setReply(CommandReply.getDefaultInstance())
                    .setPlannedTopic(planned.topic())
                    .build());
        } else {
            throw new AssertionError(prepared);
        }
    }

    /** A person who asks assumes nothing: a change that came between is no reason to refuse him. */
    private void onSubmission(
            ProposeRequest request,
            Prepared.Submit submit,
            CompletableFuture<ProposeResponse> answer,
            int triesLeft,
            Submission submission) {
        noteLosses(submit.command(), submission);
        boolean ownVersion =
                request.hasRegisterBroker() || request.hasAlterPartitions() || request.hasAssignDirectories();
        Runnable again = () -> prepare(request, answer, triesLeft - 1);
        if (!ownVersion
                && isOvertaken(submission.reply())
                && triesLeft > 1
                && enqueue(new Event(again, () -> answer.complete(stoppedRefusal())))) {
            return;
        }
        answer.complete(submit.answer()
                .of(submission.reply(), metadata.current())
                .setIndex(submission.index())
                .build());
    }

    private static boolean isOvertaken(CommandReply reply) {
        return reply.getReason() == ErrorReason.ERROR_REASON_CONCURRENT_CHANGE
                || reply.getPartitions().getPartitionsList().stream()
                        .anyMatch(each -> each.getReason() == ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
    }

    /** Rule M9: what may be lost is said aloud. */
    private void noteLosses(Command command, Submission submission) {
        if (!command.hasElectUnclean() || !submission.accepted()) {
            return;
        }
        var replies = submission.reply().getPartitions().getPartitionsList();
        for (int i = 0; i < replies.size(); i++) {
            if (replies.get(i).getReason() == ErrorReason.ERROR_REASON_UNSPECIFIED) {
                var election = command.getElectUnclean().getPartitions(i);
                var ref = election.getPartition().getPartition();
                LOG.warn(
                        "Broker {} leads partition {} of topic {} without being in sync: committed records may be lost"
                                + " from offset {} to {}; not heard of those that had all: {}",
                        election.getBrokerId(),
                        ref.getPartition(),
                        UuidBytes.fromBytes(ref.getTopicId()),
                        election.getLostFromOffset(),
                        election.getLostToOffset(),
                        election.getNotHeardList());
            }
        }
    }

    /** A command of the controller's own: what comes of it shows in the image, and is decided anew if need be. */
    private void submit(Command command) {
        log.submit(command).thenAccept(submission -> {
            if (!submission.accepted()) {
                LOG.debug("Controller's {} was refused: {}", command.getCommandCase(), submission.reply());
            }
            noteLosses(command, submission);
        });
    }

    /** Called by the death watch, on a thread of the probe's. */
    private void dead(BrokerRegistration broker) {
        internal(() -> {
            List<Command> commands =
                    controller.onBrokerGone(broker.id(), broker.epoch(), metadata.current(), clock.get());
            if (!commands.isEmpty()) {
                LOG.atInfo()
                        .addKeyValue("fenced_broker", broker.id())
                        .addKeyValue("epoch", broker.epoch())
                        .log(
                                "Broker {} (epoch {}) refuses connections at {}: fencing it",
                                broker.id(),
                                broker.epoch(),
                                broker.endpoint());
            }
            commands.forEach(this::submit);
        });
    }

    /** If the queue is full the event is lost; the broker's session runs out all the same. */
    private void internal(Runnable run) {
        enqueue(new Event(run, () -> {}));
    }

    private boolean enqueue(Event event) {
        var taken = events.offer(event);
        if (stopped) {
            // The thread may have emptied the queue just before.
            dropWaiting();
        }
        return taken;
    }

    private void dropWaiting() {
        for (var event = events.poll(); event != null; event = events.poll()) {
            event.drop().run();
        }
    }

    private static ProposeResponse stoppedRefusal() {
        return refusal(ErrorReason.ERROR_REASON_NOT_LEADER, "the controller stops");
    }

    private static ProposeResponse refusal(ErrorReason reason, String message) {
        return ProposeResponse.newBuilder()
                .setReply(CommandReply.newBuilder().setReason(reason).setMessage(message))
                .build();
    }

    private static HeartbeatResponse heartbeatRefusal(ErrorReason reason, String message) {
        return HeartbeatResponse.newBuilder()
                .setReason(reason)
                .setMessage(message)
                .build();
    }
}
