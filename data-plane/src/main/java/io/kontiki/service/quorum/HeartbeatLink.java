package io.kontiki.service.quorum;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.HeartbeatResponse;
import io.kontiki.proto.internal.v1.QuorumServiceGrpc;
import io.kontiki.proto.v1.ErrorReason;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of heartbeats to the present controller: a call in this process, or one stream to another. When a stream ends
 * it looks for the controller anew, and repeats the last heartbeat there. Owned by the scheduler's thread.
 */
final class HeartbeatLink {
    /** Takes answers, with the time at which what they answer was sent. */
    interface Answers {
        void onAnswer(HeartbeatResponse response, long sentNanos);
    }

    private static final Logger LOG = LoggerFactory.getLogger(HeartbeatLink.class);
    private static final long SILENCE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(1_500);
    private static final int UNANSWERED_MAX = 16;

    private final QuorumClient client;
    private final ScheduledExecutorService scheduler;
    private final Answers answers;
    private final IntConsumer suspectLeader;
    private final Backoff backoff = new Backoff();
    private Optional<Stream> stream = Optional.empty();
    private HeartbeatRequest last;
    private boolean againScheduled;
    private boolean closed;

    HeartbeatLink(QuorumClient client, ScheduledExecutorService scheduler, Answers answers, IntConsumer suspectLeader) {
        this.client = client;
        this.scheduler = scheduler;
        this.answers = answers;
        this.suspectLeader = suspectLeader;
    }

    void send(HeartbeatRequest request) {
        last = request;
        if (closed) {
            return;
        }
        if (stream.isPresent() && stream.get().isSilent()) {
            stream.get().abandon("it does not answer");
        }
        var target = client.finder().find();
        if (target.isPresent() && target.get().local().isPresent()) {
            detach();
            sendLocal(target.get(), request);
        } else if (stream.isPresent()) {
            stream.get().send(request);
        } else if (target.isPresent()) {
            attach(target.get()).ifPresent(opened -> opened.send(request));
        } else {
            again();
        }
    }

    /** The controller is elsewhere now, as far as the quorum's members know. */
    void moved() {
        var target = client.finder().find();
        if (stream.isPresent() && target.isPresent() && !stream.get().target.equals(target.get())) {
            detach();
        }
        backoff.reset();
    }

    void close() {
        closed = true;
        detach();
    }

    private void sendLocal(ControllerFinder.Target target, HeartbeatRequest request) {
        var sent = System.nanoTime();
        target.local()
                .orElseThrow()
                .heartbeat(request)
                .thenAccept(response -> hand(() -> {
                    if (response.getReason() == ErrorReason.ERROR_REASON_NOT_LEADER) {
                        again();
                    } else {
                        answers.onAnswer(response, sent);
                    }
                }));
    }

    private Optional<Stream> attach(ControllerFinder.Target target) {
        var opened = new Stream(target);
        stream = Optional.of(opened);
        try {
            QuorumServiceGrpc.newStub(client.channel(target.endpoint().orElseThrow()))
                    .heartbeat(opened);
        } catch (RuntimeException e) {
            opened.ended(Status.fromThrowable(e));
        }
        return stream;
    }

    private void detach() {
        var open = stream;
        stream = Optional.empty();
        open.ifPresent(Stream::cancel);
    }

    /** Repeats the last heartbeat after a while. */
    private void again() {
        if (closed || againScheduled) {
            return;
        }
        againScheduled = true;
        try {
            scheduler.schedule(
                    () -> {
                        againScheduled = false;
                        if (stream.isEmpty()) {
                            send(last);
                        }
                    },
                    backoff.nextMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            closed = true;
        }
    }

    private void hand(Runnable step) {
        try {
            scheduler.execute(step);
        } catch (RejectedExecutionException e) {
            LOG.debug("The session is over");
        }
    }

    /** One stream. gRPC calls it on its own threads; what it learns is handed to the scheduler's. */
    private final class Stream implements ClientResponseObserver<HeartbeatRequest, HeartbeatResponse> {
        final ControllerFinder.Target target;
        // Send times of what is not answered, oldest first: answers come in order.
        private final Queue<Long> unanswered = new ArrayDeque<>();
        private ClientCallStreamObserver<HeartbeatRequest> call;

        Stream(ControllerFinder.Target target) {
            this.target = target;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<HeartbeatRequest> requests) {
            call = requests;
        }

        void send(HeartbeatRequest request) {
            if (call == null || unanswered.size() >= UNANSWERED_MAX) {
                return;
            }
            unanswered.add(System.nanoTime());
            call.onNext(request);
        }

        boolean isSilent() {
            var oldest = unanswered.peek();
            return oldest != null && System.nanoTime() - oldest > SILENCE_NANOS_MAX;
        }

        void cancel() {
            if (call != null) {
                call.cancel("the controller is elsewhere, or the session ends", null);
            }
        }

        void abandon(String why) {
            LOG.debug("Leaving the controller at {}: {}", target, why);
            client.finder().failed(target, Optional.empty());
            detach();
        }

        @Override
        public void onNext(HeartbeatResponse response) {
            hand(() -> answered(response));
        }

        @Override
        public void onError(Throwable error) {
            hand(() -> ended(Status.fromThrowable(error)));
        }

        @Override
        public void onCompleted() {
            hand(() -> ended(Status.OK));
        }

        private void answered(HeartbeatResponse response) {
            if (!isCurrent()) {
                return;
            }
            if (response.getReason() == ErrorReason.ERROR_REASON_NOT_LEADER) {
                abandon("it is not the controller");
                again();
                return;
            }
            if (response.getReason() == ErrorReason.ERROR_REASON_WRONG_CLUSTER) {
                client.finder().stranger(target, response.getMessage());
                detach();
                again();
                return;
            }
            var sent = unanswered.poll();
            if (sent != null) {
                backoff.reset();
                answers.onAnswer(response, sent);
            }
        }

        private void ended(Status status) {
            if (!isCurrent()) {
                return;
            }
            stream = Optional.empty();
            client.finder().failed(target, Optional.empty());
            if (status.getCode() == Status.Code.UNAVAILABLE) {
                target.voterId().ifPresent(suspectLeader);
            }
            LOG.debug("Heartbeats to {} ended: {}", target, status);
            again();
        }

        private boolean isCurrent() {
            return stream.isPresent() && stream.get() == this;
        }
    }
}
