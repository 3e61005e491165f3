package io.kontiki.broker.http;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ThreadFactory;

/**
 * A small HTTP server: GET and HEAD, exact paths, gzip for who takes it. Each request has a thread of its own, of at most
 * {@value HttpThreads#THREADS_MAX}. A request whose head does not arrive within {@value HttpThreads#ARRIVAL_MILLIS_MAX} ms, and
 * an answer that is not taken within {@value HttpThreads#ANSWER_MILLIS_MAX} ms, lose their connection. While requests wait for a
 * thread, {@value HttpThreads#ARRIVAL_MILLIS_MAX_CROWDED} and {@value HttpThreads#ANSWER_MILLIS_MAX_CROWDED} ms have to do, so
 * that slow callers, however many threads they have taken, hold up nobody for long. At most {@value
 * HttpConnections#OPEN_MAX} connections are open, and one that says nothing is closed after
 * {@value HttpThreads#ARRIVAL_MILLIS_MAX} ms: where such connections fill the limit, others are refused for no longer than
 * that and a look at the clock. Thread-safe.
 */
public final class HttpEndpoint implements AutoCloseable {
    private static final int BACKLOG = 1024;

    private final HttpServer server;
    private final HttpThreads threads;

    private HttpEndpoint(HttpServer server, HttpThreads threads) {
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
        HttpConnections.limit();
        HttpServer server = HttpServer.create(address, BACKLOG);
        HttpThreads threads = new HttpThreads(factory);
        server.setExecutor(threads);
        server.createContext("/", new HttpPages(pages)::handle);
        server.start();
        return new HttpEndpoint(server, threads);
    }

    /** The port in use, also if any free one was asked for. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Closes the port and all connections; waits for nobody. */
    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
