package io.kontiki.broker;

import io.kontiki.broker.http.HttpPage;
import io.kontiki.broker.http.HttpQuery;
import io.kontiki.broker.http.HttpReply;
import io.kontiki.broker.metrics.ScrapedMetrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.Semaphore;

/**
 * {@code /metrics}: everything measured, or what {@code name[]} asks for. Few are made at a time. Those that are made wait in
 * memory for their callers, and hold up no other. Thread-safe.
 */
final class MetricsPage implements HttpPage {
    private static final int SCRAPES_MAX = 2;
    private static final String NAMES = "name[]";

    private final ScrapedMetrics metrics;
    private final Semaphore room = new Semaphore(SCRAPES_MAX);

    MetricsPage(ScrapedMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public HttpReply answer(HttpQuery query) {
        if (!room.tryAcquire()) {
            return HttpReply.text(HttpReply.UNAVAILABLE, SCRAPES_MAX + " scrapes are under way already\n");
        }
        try {
            var type = ScrapedMetrics.contentType(query.accept());
            // In memory: what fails is told by the status, and nobody who reads slowly holds up the next scrape.
            var bytes = new ByteArrayOutputStream();
            metrics.write(bytes, type, query.values(NAMES));
            return new HttpReply(HttpReply.OK, type, new Scrape(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            room.release();
        }
    }

    private record Scrape(ByteArrayOutputStream bytes) implements HttpReply.Body {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            bytes.writeTo(out);
        }

        @Override
        public long bytesHeld() {
            return bytes.size();
        }
    }
}
