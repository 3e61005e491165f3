package io.kontiki.broker.http;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One request while it has a thread. An interrupt makes the JDK's server close the connection on which the thread waits. It
 * comes only while the thread waits for the caller, never inside of a page: there it could close files under others. Its own
 * thread calls all but {@link #cutIfLate}.
 */
final class HttpTurn implements AutoCloseable {
    private static final ThreadLocal<HttpTurn> CURRENT = new ThreadLocal<>();

    private enum State {
        /** The head is read. */
        ARRIVING,
        /** A page works out the answer. */
        ANSWERING,
        /** The answer is written, and what is left of the request's body is read. */
        LEAVING,
        CUT,
        OVER
    }

    private final Thread thread = Thread.currentThread();
    private final Consumer<HttpTurn> atEnd;
    private State state = State.ARRIVING;
    private long sinceNanos = System.nanoTime();

    private HttpTurn(Consumer<HttpTurn> atEnd) {
        this.atEnd = atEnd;
    }

    /** On the thread of the request, before its head is read. */
    static HttpTurn begin(Consumer<HttpTurn> atEnd) {
        HttpTurn turn = new HttpTurn(atEnd);
        CURRENT.set(turn);
        return turn;
    }

    /** That of the calling thread. */
    static HttpTurn current() {
        return CURRENT.get();
    }

    /**
     * The head has arrived.
     *
     * @throws IOException if it came too late
     */
    void answers() throws IOException {
        enter(State.ANSWERING);
    }

    /** The answer is there. */
    void leaves() throws IOException {
        enter(State.LEAVING);
    }

    private synchronized void enter(State next) throws IOException {
        if (state == State.CUT) {
            throw new IOException("the request took too long to arrive");
        }
        state = next;
        sinceNanos = System.nanoTime();
    }

    /** Whether it was late, and is cut now. Any thread. */
    synchronized boolean cutIfLate(int arrivalMillisMax, int answerMillisMax) {
        long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
        boolean late = state == State.ARRIVING && waited > arrivalMillisMax
                || state == State.LEAVING && waited > answerMillisMax;
        if (late) {
            state = State.CUT;
            thread.interrupt();
        }
        return late;
    }

    /** The thread is free, and what was meant for this request does not reach the next. */
    @Override
    public void close() {
        synchronized (this) {
            state = State.OVER;
            Thread.interrupted();
        }
        CURRENT.remove();
        atEnd.accept(this);
    }
}
