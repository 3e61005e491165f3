package io.kontiki.client;

import java.util.Optional;
import java.util.UUID;

/** The topic that has a name now, which may be another one than before: it was deleted and made again. Pure. */
final class NamedTopic {
    private final String name;
    private Optional<UUID> id = Optional.empty();
    private boolean madeAgain;

    NamedTopic(String name) {
        this.name = name;
    }

    /** As far as the metadata tell. */
    Optional<UUID> id() {
        return id;
    }

    /** @return whether it is another one than before: an offset of that means nothing in this */
    boolean update(UUID now) {
        boolean another = id.isPresent() && !id.get().equals(now);
        madeAgain |= another;
        id = Optional.of(now);
        return another;
    }

    /** Where a reset to this place leads: of a topic that was made again since, all records are new. */
    Position resetTo(Position place) {
        return madeAgain ? Position.earliest() : place;
    }

    KontikiException deleted() {
        return new KontikiException(ErrorReason.TOPIC_NOT_FOUND, "topic " + name + " was deleted");
    }

    KontikiException notReadOn() {
        return new KontikiException(
                ErrorReason.TOPIC_NOT_FOUND, "topic " + name + " was deleted and made again: seek to read it");
    }
}
