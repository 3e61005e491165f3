package io.kontiki.thin;

import io.kontiki.client.ProducerRecord;
import io.kontiki.client.RecordMetadata;
import java.util.concurrent.CompletableFuture;

/** The part of a producer that publishing needs. Thread-safe. */
@FunctionalInterface
interface RecordSender {
    /**
     * Sends after all that the calling thread sent before. May wait for metadata for a short while.
     *
     * @return fails with a {@link io.kontiki.client.KontikiException} only
     */
    CompletableFuture<RecordMetadata> send(ProducerRecord record);
}
