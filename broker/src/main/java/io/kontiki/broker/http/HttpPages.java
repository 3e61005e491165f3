package io.kontiki.broker.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the page for a request and sends what it answers. Any thread. */
final class HttpPages {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPages.class);
    private static final int NO_BODY = -1;
    private static final int UNKNOWN_LENGTH = 0;
    private static final int BUFFER_BYTES = 16 << 10;
    private static final int SERVER_ERROR = 500;

    private final Map<String, HttpPage> pages;
    private final HttpRoom room = new HttpRoom(HttpRoom.BYTES_MAX);

    HttpPages(Map<String, HttpPage> pages) {
        this.pages = new TreeMap<>(pages);
    }

    void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            // Bodies are not read: the server drops what little of one it has taken.
            var turn = HttpTurn.current();
            turn.answers();
            var reply = replyTo(exchange);
            if (!room.take(turn, reply.body().bytesHeld())) {
                reply = HttpReply.text(HttpReply.UNAVAILABLE, "Other answers are still being read. Try again.\n");
            }
            try {
                turn.leaves();
                send(exchange, reply);
            } finally {
                room.leave(turn);
            }
        }
    }

    private HttpReply replyTo(HttpExchange exchange) {
        var page = pages.get(exchange.getRequestURI().getPath());
        if (page == null) {
            return HttpReply.text(HttpReply.NOT_FOUND, "There is nothing here. Try " + names() + "\n");
        }
        if (!exchange.getRequestMethod().equals("GET") && !isHead(exchange)) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return HttpReply.text(HttpReply.METHOD_NOT_ALLOWED, "Only GET and HEAD are served here.\n");
        }
        try {
            return page.answer(new HttpQuery(
                    Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse(""),
                    header(exchange, "Accept")));
        } catch (RuntimeException e) {
            LOG.error("The page {} failed", exchange.getRequestURI().getPath(), e);
            return HttpReply.text(SERVER_ERROR, "This page failed; the broker's log tells why.\n");
        }
    }

    private String names() {
        return String.join(" ", pages.keySet());
    }

    private static void send(HttpExchange exchange, HttpReply reply) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", reply.contentType());
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        if (isHead(exchange)) {
            exchange.sendResponseHeaders(reply.status(), NO_BODY);
            return;
        }
        boolean gzip = takesGzip(exchange);
        if (gzip) {
            headers.set("Content-Encoding", "gzip");
        }
        exchange.sendResponseHeaders(reply.status(), UNKNOWN_LENGTH);
        OutputStream out = exchange.getResponseBody();
        if (gzip) {
            var packed = new GZIPOutputStream(out, BUFFER_BYTES);
            reply.body().writeTo(packed);
            packed.finish();
        } else {
            reply.body().writeTo(out);
        }
    }

    private static boolean isHead(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("HEAD");
    }

    /** Without weights, as scrapers ask; who forbids it by a weight of 0 gets plain bytes, too. */
    private static boolean takesGzip(HttpExchange exchange) {
        for (String coding : header(exchange, "Accept-Encoding").split(",")) {
            String[] parts = coding.split(";", 2);
            if (parts[0].strip().equalsIgnoreCase("gzip")) {
                return parts.length == 1 || !parts[1].replace(" ", "").matches("q=0(\\.0*)?");
            }
        }
        return false;
    }

    private static String header(HttpExchange exchange, String name) {
        var values = exchange.getRequestHeaders().get(name);
        return values == null ? "" : String.join(",", values);
    }
}
