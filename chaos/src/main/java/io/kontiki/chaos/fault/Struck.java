package io.kontiki.chaos.fault;

import java.io.IOException;

/**
 * A fault that lasts.
 *
 * @param detail whom it struck, for people
 * @param undo ends it; called once
 */
record Struck(String detail, Undo undo) {
    /** Takes a fault back. */
    interface Undo {
        void undo() throws IOException;
    }
}
