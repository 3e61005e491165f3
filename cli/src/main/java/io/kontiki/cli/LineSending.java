package io.kontiki.cli;

import io.kontiki.cli.output.ProgressBar;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.KontikiException;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;

/**
 * Sends the lines of one input and tells how it went. Memory is bounded by the producer's buffer, which makes
 * {@link #sendAll} wait. {@link #stop} may be called from another thread, at any time.
 */
final class LineSending {
    /** A line that no broker would take anyhow; {@code max.message.bytes} of the topic is what really decides. */
    private static final int MAX_LINE_BYTES = 64 << 20;

    private static final Duration STOP_WAIT = Duration.ofSeconds(3);

    private final Producer producer;
    private final LineToRecord lineToRecord;
    private final ProgressBar bar;
    private final Messages messages;
    private final String settled;
    private final SendTally tally = new SendTally();
    private final long startNanos = System.nanoTime();
    private boolean finished;

    /** @param settled what a record is that did not fail: acknowledged, or with acks 0 only handed over */
    LineSending(Producer producer, LineToRecord lineToRecord, ProgressBar bar, Messages messages, String settled) {
        this.settled = settled;
        this.producer = producer;
        this.lineToRecord = lineToRecord;
        this.bar = bar;
        this.messages = messages;
    }

    /** Sends until the input ends, a record is refused, or somebody asks to stop. */
    void sendAll(InputStream in, StopSignal stop) throws IOException {
        var lines = new LineReader(in, MAX_LINE_BYTES);
        Optional<byte[]> line = lines.next();
        while (line.isPresent() && !stop.requested() && tally.firstRefusal().isEmpty()) {
            send(line.get());
            bar.update(tally.sent(), lines.bytesRead());
            line = lines.next();
        }
    }

    private void send(byte[] line) {
        ProducerRecord record = lineToRecord.record(line);
        tally.onSent(line.length);
        long number = tally.sent();
        producer.send(record).whenComplete((stored, failure) -> tally.onSettled(number, failure));
    }

    /** Ends early: gives what was sent a moment to be settled, and tells the sums. */
    void stop() {
        producer.close(STOP_WAIT);
        finish();
    }

    /** Waits until all that was sent is settled, and tells the sums. Only the first call does something. */
    synchronized void finish() {
        if (finished) {
            return;
        }
        finished = true;
        producer.close();
        bar.clear();
        long nanos = Math.max(1, System.nanoTime() - startNanos);
        long perSecond = Math.round(tally.sentBytes() * 1e9 / nanos);
        messages.tell("sent " + Quantity.count(tally.sent(), "record") + " (" + Quantity.bytes(tally.sentBytes())
                + ") to " + lineToRecord.topic() + ", " + tally.acknowledged() + " " + settled + ", " + tally.failed()
                + " failed, in " + Quantity.nanos(nanos) + " (" + Quantity.bytes(perSecond) + "/s)");
    }

    /**
     * The exit code of a run where all is well.
     *
     * @throws KontikiException if the first record failed and none was stored
     * @throws Failure if some failed and some did not
     */
    int outcome() {
        var refusal = tally.firstRefusal();
        if (refusal.isEmpty()) {
            return ExitCode.DONE;
        }
        Throwable cause = refusal.get().cause();
        if (tally.acknowledged() == 0 && cause instanceof KontikiException refused) {
            throw refused;
        }
        String what = "line " + refusal.get().line() + ": " + cause.getMessage();
        String advice = tally.acknowledged() + " records are stored, " + (tally.failed() - tally.unknown())
                + " are not, of " + tally.unknown() + " it is not known; later lines were not sent.";
        int code = tally.acknowledged() == 0 ? ExitCode.FAILED : ExitCode.PARTLY_DONE;
        throw new Failure(code, what, advice, cause);
    }
}
