package io.kontiki.benchmark.versus.load;

import java.util.concurrent.CompletableFuture;

/** Sends records at a steady rate to the partitions of a topic in turn, on a thread of its own, until it is closed. */
final class SteadySender {
    private final RecordSink sink;
    private final Topic topic;
    private final RecordContents contents;
    private final Pace pace;
    private final Outcomes outcomes = new Outcomes();
    private final CompletableFuture<Long> end = new CompletableFuture<>();
    private volatile boolean closed;

    /** @param sink which it closes */
    SteadySender(RecordSink sink, Topic topic, RecordContents contents, int rate) {
        this.sink = sink;
        this.topic = topic;
        this.contents = contents;
        this.pace = new Pace(rate);
        Thread thread = new Thread(this::run, "sender");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try (sink) {
            long number = 0;
            for (; !closed; number++) {
                pace.await(number);
                int partition = (int) (number % topic.partitions());
                sink.send(topic.name(), partition, contents.record(number, 0), outcomes);
            }
            sink.flush();
            outcomes.requireAll(number);
            end.complete(number);
        } catch (RuntimeException e) {
            end.completeExceptionally(e);
        }
    }

    /** Ends it; returns how many records it sent, each of which was acknowledged. */
    long close() {
        closed = true;
        return end.join();
    }
}
