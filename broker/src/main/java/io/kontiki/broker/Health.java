package io.kontiki.broker;

import io.kontiki.broker.http.HttpPage;
import io.kontiki.broker.http.HttpQuery;
import io.kontiki.broker.http.HttpReply;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How the broker is, for those who ask whether to wait, to send it work, or to start it anew. Nothing here waits for a peer
 * or a disk.
 *
 * <pre>
 * /startupz  its logs are recovered, or their recovery goes on
 * /livez     it has not failed and its event loops run; nothing about peers, quorum or recovery
 * /readyz    recovered, registered, unfenced, its replicas caught up once, not stopping; as gRPC health says
 *
 * STARTING -> RECOVERING -> REGISTERING -> CATCHING_UP -> RUNNING <-> FENCED        any -> DRAINING
 * </pre>
 *
 * Thread-safe.
 */
final class Health {
    /** What a broker is at, in the words of {@code kontiki_broker_state}. */
    enum State {
        STARTING,
        RECOVERING,
        REGISTERING,
        CATCHING_UP,
        RUNNING,
        FENCED,
        DRAINING;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One thing looked at. */
    private record Check(String name, boolean passes, String detail) {}

    private final RecoveryCheck recovery;
    private final LoopCheck loops;
    // Guarded by this.
    private boolean recovering;
    private boolean recovered;
    private boolean registered;
    private boolean unfenced;
    private boolean caughtUp;
    private boolean stopping;
    private Optional<String> fault = Optional.empty();

    /**
     * @param nanoTime monotonic
     * @param loopPatienceNanos how long an event loop may be at one event
     */
    Health(LongSupplier nanoTime, long loopPatienceNanos) {
        recovery = new RecoveryCheck(nanoTime);
        loops = new LoopCheck(nanoTime, loopPatienceNanos);
    }

    /** The logs are about to be recovered. */
    synchronized void onRecovery(RecoveryCheck.Remaining remaining, LoopCheck.Turns turns) {
        recovering = true;
        recovery.watch(remaining);
        loops.watch(turns);
    }

    synchronized void onRecovered() {
        recovered = true;
    }

    synchronized void onRegistered() {
        registered = true;
    }

    /** As the image tells. */
    synchronized void onServing(boolean isUnfenced, boolean hasCaughtUp) {
        unfenced = isUnfenced;
        caughtUp = hasCaughtUp;
    }

    synchronized void onStop() {
        stopping = true;
    }

    synchronized void onFault(String message) {
        fault = Optional.of(message);
    }

    synchronized State state() {
        if (stopping || fault.isPresent()) {
            return State.DRAINING;
        }
        if (!recovered) {
            return recovering ? State.RECOVERING : State.STARTING;
        }
        if (!registered) {
            return State.REGISTERING;
        }
        if (!caughtUp) {
            return State.CATCHING_UP;
        }
        return unfenced ? State.RUNNING : State.FENCED;
    }

    /** By path. */
    Map<String, HttpPage> pages() {
        return Map.of(
                "/livez", query -> reply("livez", live(), query),
                "/readyz", query -> reply("readyz", ready(), query),
                "/startupz", query -> reply("startupz", started(), query));
    }

    private synchronized List<Check> started() {
        return recovered
                ? List.of(new Check("recovery", true, "done"))
                : List.of(new Check("recovery", !recovery.isStuck(), recovery.detail()));
    }

    private synchronized List<Check> live() {
        var stuck = loops.stuck();
        return List.of(
                new Check("fault", fault.isEmpty(), fault.orElse("none")),
                new Check("event-loops", stuck.isEmpty(), stuck.orElse("turn")));
    }

    private synchronized List<Check> ready() {
        return List.of(
                new Check("recovered", recovered, recovered ? "all logs" : recovery.detail()),
                new Check("registered", registered, registered ? "the quorum knows it" : "no controller took it yet"),
                new Check("unfenced", unfenced, unfenced ? "the controller lets it serve" : "the controller does not"),
                new Check("caught-up", caughtUp, caughtUp ? "once" : "not all of its replicas have been in sync yet"),
                new Check(
                        "not-stopping", !stopping && fault.isEmpty(), stopping ? "it stops" : fault.orElse("it runs")));
    }

    /** A plain line if all is well; else, and if asked for, a line for each check. */
    private static HttpReply reply(String page, List<Check> checks, HttpQuery query) {
        boolean passes = checks.stream().allMatch(Check::passes);
        boolean verbose = query.has("verbose");
        var text = new StringBuilder();
        for (var check : checks) {
            if (verbose || !check.passes) {
                text.append(check.passes ? "[+]" : "[-]")
                        .append(check.name)
                        .append(": ")
                        .append(check.detail)
                        .append('\n');
            }
        }
        if (!passes) {
            text.append(page).append(" failed\n");
        } else {
            text.append(verbose ? page + " passed\n" : "ok\n");
        }
        return HttpReply.text(passes ? HttpReply.OK : HttpReply.UNAVAILABLE, text.toString());
    }
}
