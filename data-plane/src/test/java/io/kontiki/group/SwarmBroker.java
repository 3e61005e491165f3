package io.kontiki.group;

import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.command.Applied;
import io.kontiki.proto.internal.v1.CommandReply;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

/** A broker of a swarm: a coordinator that hears of the log late, stands still at times, and dies at times. */
final class SwarmBroker {
    private record Entry(MetadataImage image, MetadataDelta delta) {}

    private record Lease(long index, long endNanos) {}

    final int id;
    private final SwarmTime time;
    private final Random random;
    private final SwarmQuorum quorum;
    private final GroupSettings settings;
    private final Deque<Entry> log = new ArrayDeque<>();
    private final Deque<Lease> leases = new ArrayDeque<>();
    private final Deque<Runnable> held = new ArrayDeque<>();
    private final Map<Long, SwarmMember> streams = new HashMap<>();
    private final Map<Long, Consumer<Effect>> calls = new HashMap<>();
    private GroupCoordinator coordinator;
    private MetadataImage image;
    private long run;
    private boolean paused;
    private boolean deaf;
    // What it did not hear in time has to be taken over without the log's own schedule.
    private boolean behind;
    private long imageAt;

    SwarmBroker(int id, SwarmTime time, Random random, SwarmQuorum quorum, GroupSettings settings) {
        this.id = id;
        this.time = time;
        this.random = random;
        this.quorum = quorum;
        this.settings = settings;
        start();
        tick();
    }

    /** As far as this broker has heard. */
    MetadataImage image() {
        return image;
    }

    private void start() {
        run++;
        coordinator = new GroupCoordinator(id, settings);
        log.clear();
        leases.clear();
        image = quorum.image();
        perform(coordinator.onImage(image, MetadataDelta.full(image), time.moment()));
    }

    void crash() {
        var lost = List.copyOf(streams.entrySet());
        streams.clear();
        calls.clear();
        held.clear();
        paused = false;
        lost.forEach(entry -> entry.getValue().onBroken(entry.getKey()));
        start();
    }

    /** Stands still: what comes to it waits. */
    void pause() {
        paused = true;
    }

    /** Hears nothing of the quorum; what it proposes arrives. */
    void deafen() {
        deaf = true;
    }

    void resume() {
        paused = false;
        deaf = false;
        while (!held.isEmpty()) {
            held.remove().run();
        }
        behind = true;
        catchUp();
    }

    boolean healthy() {
        return !paused && !deaf;
    }

    void onEntry(Applied applied) {
        log.add(new Entry(applied.image(), applied.delta()));
        imageAt = Math.max(imageAt, time.now() + (random.nextInt(20) == 0 ? random.nextInt(400) : random.nextInt(6)));
        time.at(imageAt, this::catchUp);
    }

    /** Takes over the next entry of the log, or all that there are by now. */
    private void catchUp() {
        if (log.isEmpty() || deaf) {
            return;
        }
        event(broker -> {
            if (log.isEmpty()) {
                return List.of();
            }
            var entry = log.remove();
            image = entry.image();
            return coordinator.onImage(image, entry.delta(), time.moment());
        });
        takeLeases();
        behind &= !log.isEmpty();
        if (behind) {
            time.after(1, this::catchUp);
        }
    }

    void grantLease(long index) {
        leases.add(new Lease(index, time.moment().nanos() + 2_400_000_000L));
        takeLeases();
    }

    private void takeLeases() {
        while (!leases.isEmpty() && leases.element().index() <= image.position().index()) {
            var lease = leases.remove();
            event(broker -> broker.coordinator.onLease(lease.endNanos(), time.moment()));
        }
    }

    private void tick() {
        event(broker -> broker.coordinator.onTick(time.moment()));
        time.after(100, this::tick);
    }

    private void onOutcome(long proposalId, CommandReply reply, long index) {
        event(broker -> broker.coordinator.onProposalResult(proposalId, reply, index, time.moment()));
    }

    /** A stream's first message, or a later one; dropped if the stream is gone. */
    void onStream(long streamId, SwarmMember member, boolean first, Function<GroupCoordinator, List<Effect>> message) {
        event(broker -> {
            if (first) {
                streams.put(streamId, member);
            }
            return streams.containsKey(streamId) ? message.apply(coordinator) : List.of();
        });
    }

    void onStreamGone(long streamId) {
        event(broker -> streams.remove(streamId) == null
                ? List.of()
                : broker.coordinator.onStreamGone(streamId, time.moment()));
    }

    void onCall(long callId, Consumer<Effect> answer, Function<GroupCoordinator, List<Effect>> message) {
        event(broker -> {
            calls.put(callId, answer);
            return message.apply(coordinator);
        });
    }

    private void event(Function<SwarmBroker, List<Effect>> event) {
        long then = run;
        if (paused) {
            held.add(() -> {
                if (run == then) {
                    perform(event.apply(this));
                }
            });
        } else {
            perform(event.apply(this));
        }
    }

    private void perform(List<Effect> effects) {
        for (var effect : effects) {
            if (effect instanceof Effect.Propose propose) {
                long then = run;
                quorum.propose(propose.command(), (reply, index) -> {
                    if (run == then) {
                        onOutcome(propose.proposalId(), reply, index);
                    }
                });
            } else if (effect instanceof Effect.Send send) {
                stream(send.streamId()).onSent(send.streamId(), send.response());
            } else if (effect instanceof Effect.EndStream end) {
                stream(end.streamId()).onEnded(end.streamId(), end.refusal());
                streams.remove(end.streamId());
            } else if (effect instanceof Effect.Reply reply) {
                answer(reply.callId(), reply);
            } else if (effect instanceof Effect.Refuse refuse) {
                answer(refuse.callId(), refuse);
            }
        }
    }

    private SwarmMember stream(long streamId) {
        var member = streams.get(streamId);
        if (member == null) {
            throw new AssertionError("broker " + id + " sends on stream " + streamId + ", which has ended");
        }
        return member;
    }

    private void answer(long callId, Effect effect) {
        var call = calls.remove(callId);
        if (call == null) {
            throw new AssertionError("broker " + id + " answers call " + callId + ", which nobody made");
        }
        time.after(1 + random.nextInt(5), () -> call.accept(effect));
    }
}
