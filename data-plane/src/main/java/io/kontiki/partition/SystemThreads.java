package io.kontiki.partition;

import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Daemon threads, and the clocks of the system. */
final class SystemThreads implements Threads {
    static final SystemThreads INSTANCE = new SystemThreads();
    private static final Logger LOG = LoggerFactory.getLogger(SystemThreads.class);

    private SystemThreads() {}

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public InstantSource clock() {
        return InstantSource.system();
    }

    @Override
    public LoopThread loop(String name, int limit, long tickNanos, Defects defects) {
        return new LoopThread(name, limit, tickNanos, this::nanoTime, defects);
    }

    @Override
    public ScheduledExecutorService pool(String name, int size) {
        return pool(size, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public ScheduledExecutorService pool(LogDir dir, String name, int size) {
        return pool(size, dir.threads(name));
    }

    private static ScheduledExecutorService pool(int size, ThreadFactory factory) {
        ScheduledThreadPoolExecutor pool =
                new ScheduledThreadPoolExecutor(size, factory, new ThreadPoolExecutor.DiscardPolicy());
        pool.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return pool;
    }

    @Override
    public void onDefect(String work, Throwable defect) {
        LOG.error("{} failed in a way that was not foreseen", work, defect);
    }
}
