package io.kontiki.client;

import io.kontiki.client.PendingBatch.EncodedRecord;
import io.kontiki.proto.v1.ClusterServiceGrpc;
import io.kontiki.proto.v1.GetServerInfoRequest;
import io.kontiki.record.RecordBatchBuilder;
import java.util.OptionalInt;

/**
 * Keeps records back that no broker takes: beyond its largest message a broker would end the stream, and with it the
 * attempts of all other partitions. Thread-safe.
 */
final class RecordLimits {
    private static final String KEY = "max.message.bytes";
    /** The limit that applies where neither topic nor broker say otherwise. */
    private static final int DEFAULT_BYTES = 1_048_588;
    /** A record's size is known to within so many bytes before it is written. */
    private static final int SLACK_BYTES = 64;

    private final AnyBroker anyBroker;
    private volatile int brokerLimit;

    RecordLimits(AnyBroker anyBroker) {
        this.anyBroker = anyBroker;
    }

    /** Size that batches keep to, as far as the metadata tells. */
    static int assumedMaxBatchBytes(TopicInfo topic) {
        return Math.max(RecordBatchBuilder.MIN_BYTES, topicLimit(topic).orElse(DEFAULT_BYTES));
    }

    private static OptionalInt topicLimit(TopicInfo topic) {
        var text = topic.configs().get(KEY);
        try {
            return text == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    /**
     * Asks a broker for its limit, once, when a record is larger than usual.
     *
     * @throws KontikiException RECORD_TOO_LARGE
     */
    void requireFits(EncodedRecord record, TopicInfo topic) {
        long bytes = record.reservedBytes() - SLACK_BYTES;
        if (bytes <= assumedMaxBatchBytes(topic)) {
            return;
        }
        int limit = topicLimit(topic).orElseGet(this::brokerLimit);
        if (bytes > limit) {
            throw new KontikiException(
                    ErrorReason.RECORD_TOO_LARGE,
                    "the record takes about " + bytes + " bytes, " + KEY + " of topic " + topic.name() + " is "
                            + limit);
        }
    }

    private int brokerLimit() {
        if (brokerLimit == 0) {
            var request = GetServerInfoRequest.getDefaultInstance();
            brokerLimit = anyBroker
                    .read((channel, deadline) -> ClusterServiceGrpc.newBlockingStub(channel)
                            .withDeadline(deadline)
                            .getServerInfo(request))
                    .getMaxMessageBytes();
        }
        return brokerLimit;
    }
}
