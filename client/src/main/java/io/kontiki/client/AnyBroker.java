package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.HashSet;
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
        var failures = new LinkedHashMap<HostPort, String>();
        KontikiException told = null;
        boolean mayBeMade = false;
        while (true) {
            var all = addresses.get();
            KontikiException last = null;
            var unreachable = new HashSet<HostPort>();
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
                    boolean neverSent = Errors.neverSent(e);
                    boolean over = !mayRepeat(last, neverSent, repeatable) || deadline.isExpired();
                    if (over && last.reason() != ErrorReason.TIMED_OUT) {
                        throw afterAttempts(last, mayBeMade);
                    }
                    mayBeMade |= !neverSent && !last.definite();
                    switch (last.reason()) {
                        case DISCONNECTED -> {
                            unreachable.add(address);
                            failures.put(address, Errors.describe(e));
                        }
                        case TIMED_OUT -> failures.putIfAbsent(address, Errors.noAnswer(timeout));
                        default -> told = last;
                    }
                    if (over) {
                        throw afterAttempts(late(address, timeout, told, failures, e), mayBeMade);
                    }
                }
            }
            boolean nobody = unreachable.size() == all.size();
            if (nobody && System.nanoTime() - connectEndNanos >= 0) {
                failures.keySet().retainAll(unreachable);
                throw afterAttempts(noBroker(failures, last), mayBeMade);
            }
            preferred.incrementAndGet();
            long pauseNanos = backoff.nextNanos();
            if (last != null && deadline.timeRemaining(TimeUnit.NANOSECONDS) <= pauseNanos) {
                // What begins when the time is over would only hide what was told before.
                var known = last.reason() == ErrorReason.TIMED_OUT && told != null ? told : last;
                throw afterAttempts(nobody ? noBroker(failures, last) : known, mayBeMade);
            }
            pause(pauseNanos);
        }
    }

    /** No answer came in time: what a broker said before tells more than that, and so does that there is none. */
    private KontikiException late(
            HostPort address,
            Duration timeout,
            KontikiException told,
            Map<HostPort, String> failures,
            Throwable cause) {
        if (told != null) {
            return told;
        }
        return channels.anyConnected()
                ? new KontikiException(
                        ErrorReason.TIMED_OUT, "broker " + address + ": " + Errors.noAnswer(timeout), cause)
                : noBroker(failures, cause);
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
