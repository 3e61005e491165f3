package io.kontiki.benchmark.versus.load;

/** The cluster did not do what it was asked for; it may later. */
final class NotYetException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotYetException(Throwable cause) {
        super(cause.toString(), cause);
    }
}
