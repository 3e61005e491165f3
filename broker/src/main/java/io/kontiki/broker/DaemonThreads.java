package io.kontiki.broker;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that show in a dump what they are for, and do not keep a process alive whose broker has ended. */
final class DaemonThreads {
    private DaemonThreads() {}

    static ThreadFactory named(String name) {
        var number = new AtomicInteger();
        return task -> {
            var thread = new Thread(task, name + "-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** One thread; what comes after its shutdown is dropped, since whoever it was for has gone, too. */
    static ScheduledExecutorService single(String name) {
        return new ScheduledThreadPoolExecutor(1, named(name), new ThreadPoolExecutor.DiscardPolicy());
    }
}
