package io.kontiki.broker.http;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A small HTTP server: a few threads, GET and HEAD, exact paths, gzip for who takes it. A request that does not arrive
 * within {@value #REQUEST_SECONDS_MAX} s, and an answer that is not taken within {@value #ANSWER_SECONDS_MAX} s, lose their
 * connection, so that nobody holds the threads. Thread-safe.
 */
public final class HttpEndpoint implements AutoCloseable {
    static final int REQUEST_SECONDS_MAX = 10;
    static final int ANSWER_SECONDS_MAX = 60;
    private static final int THREADS = 4;
    /** Requests that wait for a thread. The one above is served by the thread that accepts, and so holds up the next. */
    private static final int WAITING_MAX = 64;

    private static final int BACKLOG = 64;

    private final HttpServer server;
    private final ExecutorService threads;

    private HttpEndpoint(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Listens.
     *
     * @param address port 0 is any free one
     * @param pages by path, as in {@code /livez}
     * @throws IOException if the address cannot be bound
     */
    public static HttpEndpoint start(InetSocketAddress address, ThreadFactory factory, Map<String, HttpPage> pages)
            throws IOException {
        limitTimes();
        HttpServer server = HttpServer.create(address, BACKLOG);
        ExecutorService threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING_MAX),
                factory,
                new ThreadPoolExecutor.CallerRunsPolicy());
        server.setExecutor(threads);
        server.createContext("/", new HttpPages(pages)::handle);
        server.start();
        return new HttpEndpoint(server, threads);
    }

    /** The JDK's server knows these limits, but by properties of the process alone. What is set already counts. */
    private static void limitTimes() {
        setIfUnset("sun.net.httpserver.maxReqTime", REQUEST_SECONDS_MAX);
        setIfUnset("sun.net.httpserver.maxRspTime", ANSWER_SECONDS_MAX);
    }

    private static void setIfUnset(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }

    /** The port in use, also if any free one was asked for. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Closes the port and all connections; waits for nobody. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
