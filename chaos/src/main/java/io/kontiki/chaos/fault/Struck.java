package io.kontiki.chaos.fault;

import io.kontiki.chaos.history.Operation.GivenUp;
import java.io.IOException;
import java.util.List;

/**
 * A fault that lasts.
 *
 * @param detail whom it struck, for people
 * @param givenUp what it cost, as its makers were told; their times count from when it was done
 * @param undo ends it; called once
 */
record Struck(String detail, List<GivenUp> givenUp, Undo undo) {
    Struck(String detail, Undo undo) {
        this(detail, List.of(), undo);
    }

    /** Takes a fault back. */
    interface Undo {
        void undo() throws IOException;
    }
}
