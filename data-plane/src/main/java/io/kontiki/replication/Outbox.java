package io.kontiki.replication;

import java.util.ArrayList;
import java.util.List;

/** Effects of the event being handled, in order. */
final class Outbox {
    private List<Effect> effects = new ArrayList<>();

    void add(Effect effect) {
        effects.add(effect);
    }

    /** Hands the effects over and starts anew. */
    List<Effect> drain() {
        if (effects.isEmpty()) {
            return List.of();
        }
        List<Effect> drained = effects;
        effects = new ArrayList<>();
        return drained;
    }

    /** After a fault only the answers to waiting requests go out, and none of them may promise anything. */
    void discardForFault() {
        List<Effect> kept = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Complete complete) {
                kept.add(new Effect.Complete(complete.token(), CommitOutcome.STORAGE_ERROR));
            }
        }
        effects = kept;
    }
}
