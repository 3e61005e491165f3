package io.kontiki.service;

import io.kontiki.proto.v1.PublishedRecord;
import java.nio.ByteBuffer;

/**
 * The records of one call that go to one partition.
 *
 * @param records one batch
 * @param indexes place of each record in the request
 */
record PublishBatch(int partition, ByteBuffer records, int[] indexes) {
    /** Writes where each record went to its place in {@code published}. */
    void place(long baseOffset, PublishedRecord[] published) {
        for (int i = 0; i < indexes.length; i++) {
            published[indexes[i]] = PublishedRecord.newBuilder()
                    .setPartition(partition)
                    .setOffset(baseOffset + i)
                    .build();
        }
    }
}
