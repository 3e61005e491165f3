package io.kontiki.cli;

import io.kontiki.cli.output.JsonText;
import io.kontiki.client.ErrorReason;
import io.kontiki.client.KontikiException;
import io.kontiki.client.MetadataNode;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watch} of the metadata. It asks again and again; what changes twice between two looks is shown once. */
@Command(
        name = "watch",
        description = {
            "Show what changes at a node and below it, one line each, until Ctrl-C: index of the metadata log, what"
                    + " happened, path, and what the node holds now."
        })
final class MetaWatch implements Callable<Integer> {
    /** Each look is a call, and more if much has changed. */
    private static final Duration INTERVAL_MIN = Duration.ofMillis(100);
    /** What is compared is held in memory. */
    private static final int NODES_MAX = 200_000;

    private final MetaSession session;
    private final StopSignal stop;

    @Parameters(paramLabel = "PATH", arity = "0..1", description = "Default: /. It need not exist yet.")
    private String path;

    @Option(names = "--interval", paramLabel = "TIME", description = "How often to look, at least 100ms. Default: 1s")
    private Duration interval = Duration.ofSeconds(1);

    MetaWatch(MetaSession session, StopSignal stop) {
        this.session = session;
        this.stop = stop;
    }

    /** One look: the values by their paths, and the index of the metadata log that they are of. */
    private record Look(long index, SortedMap<String, String> values) {}

    @Override
    public Integer call() {
        if (session.offline()) {
            throw new Failure(ExitCode.USAGE, "nothing changes where a broker is stopped", "Leave --offline out.");
        }
        if (interval.compareTo(INTERVAL_MIN) < 0) {
            throw new Failure(
                    ExitCode.USAGE,
                    "--interval is " + interval.toMillis() + "ms, but must be at least " + INTERVAL_MIN.toMillis()
                            + "ms",
                    "");
        }
        return session.with(source -> {
            var stopped = new CountDownLatch(1);
            stop.onRequest(stopped::countDown);
            String start = session.path(path);
            Look last = look(source, start);
            session.messages().tell("watching " + start + " from index " + last.index() + " of the metadata log on");
            while (!isOver(stopped)) {
                // Another broker may answer, and be behind the one before.
                if (source.node(MetaPath.ROOT).index() > last.index()) {
                    Look next = look(source, start);
                    show(last, next);
                    last = next;
                }
            }
            return ExitCode.INTERRUPTED;
        });
    }

    private static Look look(MetaSource source, String start) {
        var values = new TreeMap<String, String>();
        // First, so that what is newer than this index in the pages that follow is looked at again.
        long index = source.node(MetaPath.ROOT).index();
        try {
            put(values, source.node(start));
            source.visit(start, MetaSource.DEPTH_MAX, true, node -> put(values, node));
        } catch (KontikiException e) {
            if (e.reason() != ErrorReason.NODE_NOT_FOUND) {
                throw e;
            }
            values.clear(); // It is not there yet, or not any more.
        }
        return new Look(index, values);
    }

    private static boolean put(SortedMap<String, String> values, MetadataNode node) {
        node.value().ifPresent(value -> values.put(node.path(), value));
        if (values.size() > NODES_MAX) {
            throw new Failure(
                    ExitCode.USAGE,
                    "there are more than " + NODES_MAX + " nodes to watch",
                    "Watch a path further down.");
        }
        return true;
    }

    private void show(Look before, Look after) {
        try (var printer = session.printer()) {
            for (MetaChange change : MetaChange.between(before.values(), after.values())) {
                printer.print(
                        session.json() ? JsonText.line(change.json(after.index())) : change.text(after.index()) + "\n");
            }
        }
    }

    private boolean isOver(CountDownLatch stopped) {
        try {
            return stopped.await(interval.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
