package io.kontiki.partition;

import io.kontiki.log.LeaderEpochIndex;
import io.kontiki.replication.ResetPoint;
import java.nio.ByteBuffer;

/**
 * What a log knows at its start: all that a replica needs to begin there (rule F11).
 *
 * @param startOffset base of the first batch it holds, or its end
 * @param epochs its leader epochs; those above the start are of no use to the receiver
 * @param producers the producers at the start, as {@link io.kontiki.log.PartitionLog#producerSnapshotAt} encodes them
 */
public record LogStart(long startOffset, LeaderEpochIndex epochs, ByteBuffer producers) implements ResetPoint {}
