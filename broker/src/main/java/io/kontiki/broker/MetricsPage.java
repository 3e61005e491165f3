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
 * {@code /metrics}: everything measured, or what {@code name[]} asks for. Few at a time, so that scrapes whose receivers are
 * slow leave threads for health. Thread-safe.
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
        boolean answered = false;
        try {
            var type = ScrapedMetrics.contentType(query.accept());
            // In memory: what fails is told by the status, and nobody who reads slowly holds up the next scrape.
            var bytes = new ByteArrayOutputStream();
            metrics.write(bytes, type, query.values(NAMES));
            var reply = new HttpReply(HttpReply.OK, type, new Scrape(bytes));
            answered = true;
            return reply;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (!answered) {
                room.release();
            }
        }
    }

    private final class Scrape implements HttpReply.Body {
        private final ByteArrayOutputStream bytes;

        Scrape(ByteArrayOutputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            bytes.writeTo(out);
        }

        @Override
        public void done() {
            room.release();
        }
    }
}
