package io.kontiki.thin;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.ConsumeRequest;
import io.kontiki.proto.v1.ConsumeResponse;
import io.kontiki.proto.v1.ConsumeServiceGrpc;
import io.kontiki.proto.v1.ErrorReason;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Serves consumers of groups as streams. Each stream has a consumer and a thread of its own, and the few threads of that
 * consumer, so there is a limit to their number. A stream for a member that another one here serves already ends that one,
 * and delivers nothing before it has ended (rule G9); between brokers the group's coordinator sees to that. Thread-safe.
 */
final class ConsumeGrpcService extends ConsumeServiceGrpc.ConsumeServiceImplBase {
    private static final Duration PREDECESSOR_MAX = Duration.ofSeconds(5);

    private record Member(String groupId, String memberId) {}

    private final GroupConsumer.Opener opener;
    private final WireErrors errors;
    private final int streamsMax;
    private final ThreadFactory threads;
    private final LongSupplier nanoTime;
    // Guarded by this.
    private final Map<Member, ConsumeSession> sessions = new HashMap<>();
    private int streams;
    private boolean closed;

    /**
     * @param streamsMax streams at a time, at least 1
     * @param nanoTime as {@link System#nanoTime}
     */
    ConsumeGrpcService(
            GroupConsumer.Opener opener,
            WireErrors errors,
            int streamsMax,
            ThreadFactory threads,
            LongSupplier nanoTime) {
        this.opener = opener;
        this.errors = errors;
        this.streamsMax = streamsMax;
        this.threads = threads;
        this.nanoTime = nanoTime;
    }

    @Override
    public StreamObserver<ConsumeRequest> consume(StreamObserver<ConsumeResponse> out) {
        return new Stream((ServerCallStreamObserver<ConsumeResponse>) out).requests;
    }

    /** A stream until its first message is there. */
    private final class Stream {
        private final ServerCallStreamObserver<ConsumeResponse> call;
        private final ConsumeRequests requests;

        Stream(ServerCallStreamObserver<ConsumeResponse> call) {
            this.call = call;
            this.requests = new ConsumeRequests(call, this::begin, this::endWithoutStart);
        }

        private void endWithoutStart() {
            call.onError(Refused.invalid("start", "is missing: the stream was ended before it")
                    .toStatus(errors));
        }

        private void begin(ConsumeRequest first) {
            try {
                if (!first.hasStart()) {
                    throw Refused.invalid("start", "is not the first message of the stream");
                }
                var start = ConsumeStart.of(
                        first.getStart(), () -> UUID.randomUUID().toString());
                serve(start, new ConsumeSession(start, requests, new ConsumeAnswers(call, errors), opener, nanoTime));
            } catch (Refused e) {
                call.onError(e.toStatus(errors));
            }
        }
    }

    private void serve(ConsumeStart start, ConsumeSession session) {
        var member = new Member(start.groupId(), start.memberId());
        var before = register(member, session);
        threads.newThread(() -> {
                    try {
                        before.get(PREDECESSOR_MAX.toNanos(), TimeUnit.NANOSECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } catch (ExecutionException | TimeoutException e) {
                        session.stop(Refused.because(
                                ErrorReason.ERROR_REASON_OVERLOADED,
                                "another stream still serves member \"" + start.memberId() + "\""));
                    }
                    try {
                        session.run();
                    } finally {
                        unregister(member, session);
                    }
                })
                .start();
    }

    /** @return done when the stream that served this member is at its end */
    private synchronized CompletableFuture<Void> register(Member member, ConsumeSession session) {
        if (closed) {
            throw stopping();
        }
        if (streams >= streamsMax) {
            throw Refused.because(
                    ErrorReason.ERROR_REASON_OVERLOADED,
                    "this broker serves " + streams + " Consume streams, at most " + streamsMax + " are allowed");
        }
        streams++;
        var before = sessions.put(member, session);
        if (before == null) {
            return CompletableFuture.completedFuture(null);
        }
        before.stop(Refused.because(
                ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH,
                "member \"" + member.memberId() + "\" of group \"" + member.groupId()
                        + "\" has come by another stream"));
        return before.done();
    }

    private synchronized void unregister(Member member, ConsumeSession session) {
        streams--;
        sessions.remove(member, session);
    }

    /** How many streams there are. */
    synchronized int streams() {
        return streams;
    }

    private static Refused stopping() {
        return Refused.because(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "this broker is stopping");
    }

    /** Ends all streams; their members may go on through other brokers. Waits at most so long. */
    void close(Duration longest) {
        List<ConsumeSession> open;
        synchronized (this) {
            closed = true;
            open = List.copyOf(sessions.values());
        }
        open.forEach(session -> session.stop(stopping()));
        try {
            CompletableFuture.allOf(open.stream().map(ConsumeSession::done).toArray(CompletableFuture[]::new))
                    .get(longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Their threads keep nobody.
        }
    }
}
