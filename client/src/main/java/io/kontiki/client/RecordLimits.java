package io.kontiki.client;

import io.kontiki.client.PendingBatch.EncodedRecord;
import io.kontiki.proto.v1.ClusterServiceGrpc;
import io.kontiki.proto.v1.GetServerInfoRequest;
import io.kontiki.record.Compression;
import io.kontiki.record.RecordBatchBuilder;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * Keeps records back that no broker takes: beyond its largest message a broker would end the stream, and with it the
 * attempts of all other partitions. What the brokers take is asked in the background, when a record is larger than usual
 * or a batch was refused. Thread-safe.
 */
final class RecordLimits implements AutoCloseable {
    private static final String KEY = "max.message.bytes";
    /** The limit that applies where neither topic nor broker say otherwise. */
    private static final int DEFAULT_BYTES = 1_048_588;
    /** A record's size is known to within so many bytes before it is written. */
    private static final int SLACK_BYTES = 64;

    private static final int NO_LIMIT = Integer.MAX_VALUE;
    private static final long RETRY_MILLIS = 100;

    private final AnyBroker anyBroker;
    private final Compression codec;
    private final int batchBytes;
    private volatile OptionalInt brokerLimit = OptionalInt.empty();
    private volatile Known lastKnown;
    private Thread asking;
    private KontikiException lastFailure;
    private boolean closed;

    /**
     * What holds for a topic.
     *
     * @param assumedBytes what brokers take for certain; they are asked before anything larger goes
     * @param usual of batches that begin with no larger record
     */
    private record Known(
            TopicInfo topic, OptionalInt brokerLimit, OptionalInt topicLimit, int assumedBytes, BatchBounds usual) {}

    /** @param batchBytes size that batches are filled up to if topic and brokers allow it */
    RecordLimits(AnyBroker anyBroker, Compression codec, int batchBytes) {
        this.anyBroker = anyBroker;
        this.codec = codec;
        this.batchBytes = batchBytes;
    }

    /**
     * What a batch that begins with this record keeps to. A record that may be too large waits until the brokers' limit is
     * known; with a codec it is then let through, since it may shrink, and judged again when it is packed.
     *
     * @param deadlineNanos of {@link System#nanoTime}
     * @throws KontikiException RECORD_TOO_LARGE; or TIMED_OUT, CLOSED, INTERRUPTED or why no broker told its limit
     */
    BatchBounds boundsFor(EncodedRecord record, TopicInfo topic, long deadlineNanos) {
        var known = known(topic);
        long bytes = record.reservedBytes() - SLACK_BYTES;
        if (bytes <= known.assumedBytes()) {
            return known.usual();
        }
        int limit = known.topicLimit().isPresent() ? known.topicLimit().getAsInt() : awaitBrokerLimit(deadlineNanos);
        if (bytes > limit && codec == Compression.NONE) {
            throw new KontikiException(
                    ErrorReason.RECORD_TOO_LARGE,
                    "the record takes about " + bytes + " bytes, " + KEY + " of topic " + topic.name() + " is "
                            + limit);
        }
        return new BatchBounds(codec, known.usual().targetBytes(), limit);
    }

    /** Records come thousands in a row for one topic, so what was found for the last one is kept. */
    private Known known(TopicInfo topic) {
        var last = lastKnown;
        var broker = brokerLimit;
        if (last == null || last.topic() != topic || !last.brokerLimit().equals(broker)) {
            last = knownOf(topic, broker);
            lastKnown = last;
        }
        return last;
    }

    private Known knownOf(TopicInfo topic, OptionalInt broker) {
        var topicLimit = topicLimit(topic);
        int assumed = topicLimit.orElseGet(() -> broker.orElse(DEFAULT_BYTES));
        int target = Math.min(batchBytes, Math.max(RecordBatchBuilder.MIN_BYTES, assumed));
        return new Known(topic, broker, topicLimit, assumed, new BatchBounds(codec, target, NO_LIMIT));
    }

    private static OptionalInt topicLimit(TopicInfo topic) {
        var text = topic.configs().get(KEY);
        try {
            return text == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    /** Asks the brokers anew: one of them takes less than was thought. */
    synchronized void renew() {
        startAsking();
    }

    private synchronized int awaitBrokerLimit(long deadlineNanos) {
        while (brokerLimit.isEmpty()) {
            if (closed) {
                throw new KontikiException(ErrorReason.CLOSED, "the producer is closed");
            }
            startAsking();
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                throw unknownLimit();
            }
            pause(left);
        }
        return brokerLimit.getAsInt();
    }

    private KontikiException unknownLimit() {
        var what = "the record may be too large, and no broker has told its message.max.bytes within maxBlock";
        return lastFailure == null
                ? new KontikiException(ErrorReason.TIMED_OUT, what)
                : new KontikiException(lastFailure.reason(), what + ": " + lastFailure.getMessage(), lastFailure);
    }

    private void pause(long nanos) {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KontikiException(ErrorReason.INTERRUPTED, "interrupted while waiting for the brokers' limit", e);
        }
    }

    private void startAsking() {
        if (asking == null && !closed) {
            asking = Threads.daemon("kontiki-record-limit", this::ask);
            asking.start();
        }
    }

    private void ask() {
        var request = GetServerInfoRequest.getDefaultInstance();
        try {
            int limit = anyBroker
                    .read((channel, deadline) -> ClusterServiceGrpc.newBlockingStub(channel)
                            .withDeadline(deadline)
                            .getServerInfo(request))
                    .getMaxMessageBytes();
            done(OptionalInt.of(limit), null);
        } catch (KontikiException e) {
            try {
                Thread.sleep(RETRY_MILLIS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            done(brokerLimit, e);
        }
    }

    private synchronized void done(OptionalInt limit, KontikiException failure) {
        brokerLimit = limit;
        lastFailure = failure;
        asking = null;
        notifyAll();
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        if (asking != null) {
            asking.interrupt();
        }
    }
}
