package io.kontiki.client;

/** Keeps what callbacks throw until all is done that has to be. */
final class Failures {
    private RuntimeException first;

    void collect(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            if (first == null) {
                first = e;
            } else {
                first.addSuppressed(e);
            }
        }
    }

    void rethrow() {
        if (first != null) {
            throw first;
        }
    }
}
