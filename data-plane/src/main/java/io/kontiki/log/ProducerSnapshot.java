package io.kontiki.log;

import io.kontiki.log.OpenTransactions.Decided;
import io.kontiki.log.ProducerEntry.Appended;
import io.kontiki.storage.DiskFile;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Producer state at an offset, on disk. A cache: the log rebuilds it. Big-endian:
 *
 * <pre>
 * magic int32 | version int16 | CRC-32C of the rest | offset int64 | producers int32
 *   per producer, longest unused first: id int64 | epoch int16 | batches int8
 *     per batch: base sequence int32 | last sequence int32 | base offset int64 | last offset int64
 *   open transactions int32
 *   per transaction, by rising first offset: producer id int64 | first offset int64
 *   ended transactions whose marker was not known to be committed int32
 *   per transaction, by rising offsets: first offset int64 | offset of the marker int64
 * </pre>
 */
final class ProducerSnapshot {
    private static final int MAGIC = 0x4b504944;
    private static final short VERSION = 3;
    private static final int CRC_AT = 6;
    private static final int BODY_AT = 10;
    /** Room for two million producers with a whole window each. */
    private static final int MAX_BYTES = 256 << 20;

    private static final int PRODUCER_BYTES = 11;
    private static final int BATCH_BYTES = 24;
    private static final int TRANSACTION_BYTES = 16;

    private ProducerSnapshot() {}

    static byte[] encode(ProducerState state, long offset) {
        return encode(state.freeze(), offset);
    }

    /** Any thread: a state of 100,000 producers takes 10 ms and more, for which no event loop should wait. */
    static byte[] encode(ProducerState.Frozen state, long offset) {
        int producers = state.entries().length;
        int batches = 0;
        for (ProducerEntry entry : state.entries()) {
            batches += entry.window().size();
        }
        ByteBuffer target = ByteBuffer.allocate(BODY_AT
                + Long.BYTES
                + Integer.BYTES
                + producers * PRODUCER_BYTES
                + batches * BATCH_BYTES
                + Integer.BYTES
                + state.open().size() * TRANSACTION_BYTES
                + Integer.BYTES
                + state.decided().size() * TRANSACTION_BYTES);
        target.putInt(MAGIC).putShort(VERSION).putInt(0).putLong(offset).putInt(producers);
        for (int i = 0; i < producers; i++) {
            encode(state.producerIds()[i], state.entries()[i], target);
        }
        target.putInt(state.open().size());
        state.open()
                .forEach((producerId, firstOffset) -> target.putLong(producerId).putLong(firstOffset));
        target.putInt(state.decided().size());
        state.decided().forEach(ended -> target.putLong(ended.firstOffset()).putLong(ended.markerOffset()));
        return target.putInt(CRC_AT, checksum(target.flip())).array();
    }

    private static void encode(long producerId, ProducerEntry entry, ByteBuffer target) {
        target.putLong(producerId).putShort(entry.epoch()).put((byte)
                entry.window().size());
        for (Appended batch : entry.window()) {
            target.putInt(batch.baseSequence())
                    .putInt(batch.lastSequence())
                    .putLong(batch.baseOffset())
                    .putLong(batch.lastOffset());
        }
    }

    /** Fills an empty state. False, and the state is left empty, if the bytes are not a sound snapshot at that offset. */
    static boolean decode(ByteBuffer snapshot, long offset, ProducerState target) {
        ByteBuffer source = snapshot.slice();
        try {
            if (source.getInt() != MAGIC
                    || source.getShort() != VERSION
                    || source.getInt() != checksum(source)
                    || source.getLong() != offset) {
                return false;
            }
            int producers = source.getInt();
            for (int i = 0; i < producers; i++) {
                long id = source.getLong();
                target.restore(id, decodeEntry(source));
            }
            int open = source.getInt();
            for (int i = 0; i < open; i++) {
                target.transactions().restore(source.getLong(), source.getLong());
            }
            int decided = source.getInt();
            for (int i = 0; i < decided; i++) {
                target.transactions().restore(new Decided(source.getLong(), source.getLong()));
            }
            return true;
        } catch (BufferUnderflowException | IndexOutOfBoundsException tooShort) {
            target.clear();
            return false;
        }
    }

    private static ProducerEntry decodeEntry(ByteBuffer source) {
        ProducerEntry entry = new ProducerEntry(source.getShort());
        int batches = source.get();
        for (int i = 0; i < batches; i++) {
            entry = entry.with(new Appended(source.getInt(), source.getInt(), source.getLong(), source.getLong()));
        }
        return entry;
    }

    private static int checksum(ByteBuffer snapshot) {
        CRC32C crc = new CRC32C();
        crc.update(snapshot.slice(BODY_AT, snapshot.limit() - BODY_AT));
        return (int) crc.getValue();
    }

    /** Fills an empty state from the snapshot at an offset; false, and the state is left empty, if there is no sound one. */
    static boolean load(LogDirectory directory, long offset, ProducerState target) {
        String path = directory.file(offset, LogDirectory.SNAPSHOT);
        if (!directory.disk().exists(path)) {
            return false;
        }
        try (DiskFile file = directory.disk().open(path)) {
            if (file.size() > MAX_BYTES) {
                return false;
            }
            ByteBuffer content = ByteBuffer.allocate((int) file.size());
            file.read(0, content);
            return decode(content.flip(), offset, target);
        }
    }

    static void write(LogDirectory directory, long offset, byte[] snapshot) {
        directory.disk().writeAtomically(directory.file(offset, LogDirectory.SNAPSHOT), snapshot);
    }

    /** Deletes the snapshots above an offset; the caller flushes the directory. */
    static void deleteAbove(LogDirectory directory, long offset) {
        for (long snapshot : directory.offsetsWith(LogDirectory.SNAPSHOT)) {
            if (snapshot > offset) {
                directory.disk().delete(directory.file(snapshot, LogDirectory.SNAPSHOT));
            }
        }
    }

    /** Deletes the snapshots that are not at one of these offsets; the caller flushes the directory. */
    static void deleteOutside(LogDirectory directory, Set<Long> kept) {
        for (long snapshot : directory.offsetsWith(LogDirectory.SNAPSHOT)) {
            if (!kept.contains(snapshot)) {
                directory.disk().delete(directory.file(snapshot, LogDirectory.SNAPSHOT));
            }
        }
    }

    /**
     * Deletes what no recovery needs: those at the base of a segment stay, as does the newest, so that the state is
     * complete whatever the log start will be (rule D6). The writer may have begun segments that the view lacks.
     */
    static void deleteUnused(LogDirectory directory, LogView view) {
        List<Long> offsets = directory.offsetsWith(LogDirectory.SNAPSHOT);
        for (long snapshot : offsets.subList(0, Math.max(0, offsets.size() - 1))) {
            if (snapshot < view.active().baseOffset() && !view.hasSegmentAt(snapshot)) {
                directory.disk().delete(directory.file(snapshot, LogDirectory.SNAPSHOT));
            }
        }
    }
}
