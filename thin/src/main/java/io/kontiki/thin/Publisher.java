package io.kontiki.thin;

import io.kontiki.client.RecordMetadata;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.proto.v1.PublishedRecord;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Sends the records of calls and gathers what became of them. Thread-safe; called by the publishing threads. */
final class Publisher {
    private static final long UNKNOWN_OFFSET = -1;

    private final RecordSender sender;
    private final TopicShapes topics;

    Publisher(RecordSender sender, TopicShapes topics) {
        this.sender = sender;
        this.topics = topics;
    }

    /**
     * Sends the records in their order.
     *
     * @return done when every record is settled; fails with {@link Refused}, unless it is a defect. Never throws
     */
    CompletableFuture<List<PublishedRecord>> publish(PublishRequest request) {
        try {
            var records = PublishRecords.of(request, topics);
            var call = new Call(records.size());
            for (int i = 0; i < records.size(); i++) {
                int index = i;
                sender.send(records.get(i)).whenComplete((stored, failure) -> call.settle(index, stored, failure));
            }
            return call.outcome;
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** One call whose records are on their way. They settle on any thread, each once. */
    private static final class Call {
        private final CompletableFuture<List<PublishedRecord>> outcome = new CompletableFuture<>();
        // Guarded by this.
        private final PublishedRecord[] published;
        private int missing;
        private int failedIndex;
        private Throwable failure;

        Call(int records) {
            published = new PublishedRecord[records];
            missing = records;
            failedIndex = records;
        }

        /** What is thrown here nobody would hear of, and the call would wait for ever. */
        void settle(int index, RecordMetadata stored, Throwable error) {
            try {
                if (note(index, stored, error)) {
                    complete();
                }
            } catch (RuntimeException | Error defect) {
                outcome.completeExceptionally(defect);
            }
        }

        private synchronized boolean note(int index, RecordMetadata stored, Throwable error) {
            if (error == null) {
                published[index] = PublishedRecord.newBuilder()
                        .setPartition(stored.partition())
                        .setOffset(stored.offset().orElse(UNKNOWN_OFFSET))
                        .build();
            } else if (index < failedIndex) {
                failedIndex = index;
                failure = error;
            }
            return --missing == 0;
        }

        /** By whoever settled the last one; nothing changes any more. */
        private void complete() {
            if (failure == null) {
                outcome.complete(Arrays.asList(published));
            } else {
                outcome.completeExceptionally(ClientErrors.ofSend(failure, "records[" + failedIndex + "]"));
            }
        }
    }
}
