package io.kontiki.service;

import io.kontiki.replication.Effect;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The streams on which followers are served, by the number that names each within this run. Any thread. */
final class FollowerStreams {
    private final Map<Long, FollowerStream> streams = new ConcurrentHashMap<>();
    private final AtomicLong nextId = new AtomicLong();

    long nextId() {
        return nextId.incrementAndGet();
    }

    void add(FollowerStream stream) {
        streams.put(stream.id(), stream);
    }

    void remove(FollowerStream stream) {
        streams.remove(stream.id());
    }

    /** The stream that {@link Effect.PushTo} and its kin name; null if it is gone. */
    FollowerStream find(long id) {
        return streams.get(id);
    }
}
