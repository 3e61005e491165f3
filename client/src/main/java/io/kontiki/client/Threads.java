package io.kontiki.client;

/** How the client's own threads are made: named, and no reason for the JVM to stay. */
final class Threads {
    private Threads() {}

    static Thread daemon(String name, Runnable task) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
