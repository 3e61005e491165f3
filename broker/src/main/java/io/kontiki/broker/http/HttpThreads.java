package io.kontiki.broker.http;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of the HTTP server. The JDK's server reads heads and bodies and writes answers with a thread for each request,
 * which so waits for its caller. Whoever keeps one waiting for longer than a limit is cut; while others wait for a thread, the
 * limits are much shorter. The JDK's own limits ({@link HttpConnections}) know seconds only. Thread-safe.
 */
final class HttpThreads implements Executor, AutoCloseable {
    static final int THREADS_MAX = 64;
    /** Requests that wait for a thread. The server closes the connections of those above. */
    static final int WAITING_MAX = 1024;

    static final int ARRIVAL_MILLIS_MAX = 2_000;
    static final int ANSWER_MILLIS_MAX = 60_000;
    /** The same while others wait for a thread. */
    static final int ARRIVAL_MILLIS_MAX_CROWDED = 100;

    static final int ANSWER_MILLIS_MAX_CROWDED = 1_000;

    private static final int WATCH_MILLIS = 100;
    private static final int IDLE_SECONDS = 30;

    private final ThreadPoolExecutor threads;
    private final ScheduledThreadPoolExecutor watch;
    /** Those that have a thread. Guarded by itself. */
    private final Set<HttpTurn> turns = new LinkedHashSet<>();

    HttpThreads(ThreadFactory factory) {
        threads = new ThreadPoolExecutor(
                THREADS_MAX,
                THREADS_MAX,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(WAITING_MAX),
                factory,
                new ThreadPoolExecutor.AbortPolicy());
        threads.allowCoreThreadTimeOut(true);
        watch = new ScheduledThreadPoolExecutor(1, factory);
        watch.scheduleWithFixedDelay(this::cutLate, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void execute(Runnable request) {
        threads.execute(() -> {
            try (HttpTurn turn = HttpTurn.begin(this::end)) {
                synchronized (turns) {
                    turns.add(turn);
                }
                request.run();
            }
        });
    }

    private void end(HttpTurn turn) {
        synchronized (turns) {
            turns.remove(turn);
        }
    }

    private void cutLate() {
        boolean crowded = !threads.getQueue().isEmpty();
        int arrival = crowded ? ARRIVAL_MILLIS_MAX_CROWDED : ARRIVAL_MILLIS_MAX;
        int answer = crowded ? ANSWER_MILLIS_MAX_CROWDED : ANSWER_MILLIS_MAX;
        List<HttpTurn> now;
        synchronized (turns) {
            now = new ArrayList<>(turns);
        }
        now.forEach(turn -> turn.cutIfLate(arrival, answer));
    }

    /** Takes no more requests; to be called when the server has closed the connections of the others. */
    @Override
    public void close() {
        watch.shutdownNow();
        threads.shutdown();
    }
}
