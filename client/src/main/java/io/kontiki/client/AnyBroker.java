package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Blocking calls that any broker can answer. Thread-safe. */
final class AnyBroker {
    private static final long MIN_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long MAX_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final long ATTEMPT_SECONDS = 3;

    private final Channels channels;
    private final Supplier<List<HostPort>> addresses;
    private final Duration requestTimeout;
    private final Duration connectTimeout;
    /** Where the last call went well. */
    private final AtomicInteger preferred = new AtomicInteger();

    /** A call on one channel, within a time limit. */
    interface Call<T> {
        T on(Channel channel, Deadline deadline);
    }

    AnyBroker(Channels channels, Supplier<List<HostPort>> addresses, Duration requestTimeout, Duration connectTimeout) {
        this.channels = channels;
        this.addresses = addresses;
        this.requestTimeout = requestTimeout;
        this.connectTimeout = connectTimeout;
    }

    /** A call that may be repeated after an unknown outcome. */
    <T> T read(Call<T> call) {
        return call(call, true, requestTimeout);
    }

    /** The same within this time. */
    <T> T read(Call<T> call, Duration timeout) {
        return call(call, true, timeout);
    }

    /** A call that is repeated only if the last attempt certainly did nothing. */
    <T> T change(Call<T> call) {
        return call(call, false, requestTimeout);
    }

    /** A change that is made once however often it is asked for: it is repeated after an unknown outcome, too. */
    <T> T changeOnce(Call<T> call) {
        return call(call, true, requestTimeout);
    }

    private <T> T call(Call<T> call, boolean repeatable, Duration timeout) {
        var deadline = Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS);
        long connectEndNanos = System.nanoTime() + Math.min(connectTimeout.toNanos(), timeout.toNanos());
        var backoff = new Backoff(MIN_BACKOFF_NANOS, MAX_BACKOFF_NANOS, ThreadLocalRandom.current());
        var unreachable = new LinkedHashMap<HostPort, String>();
        boolean mayBeMade = false;
        KontikiException told = null;
        while (true) {
            var all = addresses.get();
            KontikiException last = null;
            unreachable.clear();
            for (int i = 0; i < all.size(); i++) {
                int index = Math.floorMod(preferred.get() + (i == 0 ? 0 : 1), all.size());
                var address = all.get(index);
                preferred.set(index);
                try {
                    // A broker that hangs must not use up the time of a call that another one could answer.
                    var limit = repeatable && all.size() > 1 ? deadline.minimum(attemptLimit()) : deadline;
                    return call.on(channels.to(address), limit);
                } catch (StatusRuntimeException e) {
                    last = Errors.of(e, address);
                    told = last.reason() == ErrorReason.TIMED_OUT ? told : last;
                    boolean neverSent = Errors.neverSent(e);
                    if (!mayRepeat(last, neverSent, repeatable) || deadline.isExpired()) {
                        throw afterAttempts(repeatable ? withCause(last, told) : last, mayBeMade);
                    }
                    mayBeMade |= !neverSent && !last.definite();
                    if (last.reason() == ErrorReason.DISCONNECTED) {
                        unreachable.put(address, Errors.describe(e));
                    }
                }
            }
            boolean nobody = unreachable.size() == all.size();
            if (nobody && System.nanoTime() - connectEndNanos >= 0) {
                throw afterAttempts(noBroker(unreachable, last), mayBeMade);
            }
            preferred.incrementAndGet();
            long pauseNanos = backoff.nextNanos();
            // What begins when the time is over would only hide what was told before.
            if (last != null && deadline.timeRemaining(TimeUnit.NANOSECONDS) <= pauseNanos) {
                throw afterAttempts(withCause(last, told), mayBeMade);
            }
            pause(pauseNanos);
        }
    }

    /** That time ran out says little where a broker told before what it waits for. */
    private static KontikiException withCause(KontikiException last, KontikiException told) {
        return told == null || last.reason() != ErrorReason.TIMED_OUT
                ? last
                : new KontikiException(
                        last.reason(),
                        last.getMessage() + "; before that, " + told.getMessage(),
                        told,
                        last.definite());
    }

    /** What the last attempt certainly did not do, one before it may have done. */
    private static KontikiException afterAttempts(KontikiException last, boolean mayBeMade) {
        return mayBeMade && last.definite()
                ? new KontikiException(last.reason(), last.getMessage(), last.getCause(), false)
                : last;
    }

    private static Deadline attemptLimit() {
        return Deadline.after(ATTEMPT_SECONDS, TimeUnit.SECONDS);
    }

    private static boolean mayRepeat(KontikiException error, boolean neverSent, boolean repeatable) {
        return neverSent || error.retriable() && (repeatable || error.definite());
    }

    private static KontikiException noBroker(Map<HostPort, String> failures, Throwable cause) {
        var where = failures.entrySet().stream()
                .map(e -> e.getKey() + " (" + e.getValue() + ")")
                .collect(Collectors.joining(", "));
        return new KontikiException(
                ErrorReason.NO_BROKER, "no broker answered at " + where + ". Is one running there?", cause, true);
    }

    static void pause(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KontikiException(ErrorReason.INTERRUPTED, "interrupted while waiting to try again", e);
        }
    }
}
