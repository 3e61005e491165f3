package io.kontiki.localcluster;

/** What was waited for has not come in its time: a machine that is too busy, or something that is wrong. */
public final class LateException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    LateException(String message) {
        super(message);
    }
}
