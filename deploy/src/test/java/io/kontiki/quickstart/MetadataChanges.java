package io.kontiki.quickstart;

import io.kontiki.client.Admin;
import io.kontiki.client.KontikiException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An endless load on the metadata quorum until it is closed: each of some topics is changed on a thread of its own, one
 * change after the other, since those of one topic that meet are refused.
 */
final class MetadataChanges implements AutoCloseable {
    private static final long DAY_MILLIS = 86_400_000;

    private final Admin admin;
    private final AtomicLong made = new AtomicLong();
    private final List<CompletableFuture<Void>> changing;
    private volatile boolean stopped;

    MetadataChanges(String bootstrap, List<String> topics) {
        admin = Admin.builder().bootstrapServers(bootstrap).build();
        changing = topics.stream()
                .map(topic -> CompletableFuture.runAsync(() -> change(topic), task -> new Thread(task, topic).start()))
                .toList();
    }

    private void change(String topic) {
        for (long millis = DAY_MILLIS; !stopped; millis++) {
            change(topic, Map.of("retention.ms", Long.toString(millis)));
        }
    }

    private void change(String topic, Map<String, String> configs) {
        try {
            admin.alterTopic(topic, configs, Set.of(), false);
            made.incrementAndGet();
        } catch (KontikiException e) {
            // What went on while another voter was elected may be unknown; no other change of the topic is under way.
            if (!e.retriable()) {
                throw e;
            }
        }
    }

    long made() {
        return made.get();
    }

    /** Waits for the last answers, and fails as the first change did that was refused for good. */
    @Override
    public void close() {
        stopped = true;
        CompletableFuture<Void> all = CompletableFuture.allOf(changing.toArray(CompletableFuture<?>[]::new));
        try {
            all.join();
        } finally {
            admin.close();
        }
    }
}
