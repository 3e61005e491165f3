package io.kontiki.log;

import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.TimestampType;
import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.NoDescriptorsException;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of one partition, in one directory of a disk.
 *
 * <p>Threads: one writer thread calls what changes the log (append, beginEpoch, truncate, reset, close, delete) and
 * {@link #producers()}. Any thread reads beside it: readers see a consistent state through one volatile reference and
 * never a batch half written. {@link #flush()} and {@link #checkpoint()} are for one flusher thread; they do not block
 * appends. A {@link LogCleaner} has one more thread, which exchanges sealed segments. Truncation, reset and close wait for a
 * flush or an exchange that is under way.
 *
 * <p>Any failed write or flush takes the log offline for good: it and every later change throw
 * {@link LogFailedException}, and none is retried (rule R10). Reads go on; they throw {@link StorageException} if the disk
 * fails under them.
 */
public final class PartitionLog implements AutoCloseable {
    /** Ends the name of a directory that is being deleted; whoever lists a disk may delete it at any time. */
    public static final String DELETED_SUFFIX = "-delete";

    private static final Logger LOG = LoggerFactory.getLogger(PartitionLog.class);

    private final LogDirectory directory;
    private final UUID topicId;
    private final RecoveryReport recovery;
    private final long highWatermarkHint;
    private final LogFlush flush;
    private final LogWriter writer;
    private final LogStatus status;

    private PartitionLog(
            LogDirectory directory, UUID topicId, LogRecovery.Recovered recovered, LogFlush flush, LogWriter writer) {
        this.directory = directory;
        this.topicId = topicId;
        this.recovery = recovered.report();
        this.highWatermarkHint = recovered.highWatermarkHint();
        this.flush = flush;
        this.writer = writer;
        this.status = new LogStatus(directory.path());
    }

    /**
     * Opens the log in a directory, creating both if they are not there. After an unclean stop the batches from the
     * recovery point on are verified and a torn tail is cut off (rule R6); everything kept is durable on return.
     *
     * @param directory path on the disk, by convention {@code <topic>-<partition>}
     * @throws ForeignLogException if the directory belongs to another topic id, or has segments and does not tell whose
     * @throws DamagedLogException if bytes below the recovery point are wrong or missing, or any are and the recovery point
     *     is lost. No batch was changed then; but an exchange of segments that a stop interrupted was ended, and segments
     *     below the log start are gone
     * @throws StorageException if the disk fails
     */
    public static PartitionLog open(Disk disk, String directory, UUID topicId, LogConfig config) {
        return open(disk, directory, topicId, config, Optional.empty(), RecoveryListener.NONE);
    }

    /**
     * Opens the log as the other method does, knowing how its last run ended. If it loads with exactly that end, nothing is
     * verified; else everything above the recovery point is, as after a crash, and
     * {@link RecoveryReport#contradictsCleanEnd} tells if it ends otherwise. What is missing below that end counts as
     * damage. After {@link ClosedLog#setDamageAside} the end holds no longer: open without it.
     *
     * @param cleanEnd what a clean stop noted of this log, if it was the last stop
     * @param listener hears of the progress, on the calling thread
     */
    public static PartitionLog open(
            Disk disk,
            String directory,
            UUID topicId,
            LogConfig config,
            Optional<CleanEnd> cleanEnd,
            RecoveryListener listener) {
        LogDirectory files = new LogDirectory(disk, directory);
        LogCheckpoints checkpoints = new LogCheckpoints(files);
        LogRecovery.Recovered recovered;
        if (disk.exists(directory)) {
            LogIdentity.ensure(files, checkpoints, topicId);
            recovered = new LogRecovery(files, checkpoints, config, cleanEnd, listener).run();
        } else {
            recovered = NewLog.make(files, topicId, config);
        }
        ProducerSnapshots snapshots = new ProducerSnapshots(files);
        LogFlush flush = new LogFlush(files, checkpoints, snapshots);
        flush.begin(recovered);
        if (recovered.report().hasCut()) {
            LOG.warn("log {}: a torn tail was cut: {}", directory, recovered.report());
        }
        LogWriter writer = new LogWriter(files, config, recovered, flush, snapshots);
        return new PartitionLog(files, topicId, recovered, flush, writer);
    }

    /** Path of the log on its disk. */
    public String directory() {
        return directory.path();
    }

    public UUID topicId() {
        return topicId;
    }

    /** What opening the log found. */
    public RecoveryReport recovery() {
        return recovery;
    }

    /**
     * A high watermark that was noted before the last stop, bounded by the log as it was opened (rule R15): only a hint,
     * for it may be too low.
     */
    public long highWatermarkHint() {
        return highWatermarkHint;
    }

    /** Tells the high watermark, which the next checkpoint and the close note on disk. Any thread; cheap. */
    public void noteHighWatermark(long offset) {
        flush.noteHighWatermark(offset);
    }

    /** How the log ends: after {@link #close()}, what a clean stop may vouch for. Not for a log that failed. */
    public CleanEnd cleanEnd() {
        return writer.view().cleanEnd();
    }

    /**
     * The producers as they were when the log ended at an offset, encoded: what a replica needs that is {@link #resetTo}
     * it (rule F11). Reads a snapshot and the batch headers behind it, of a segment at most if snapshots are sound. Any
     * thread; may block on the disk.
     *
     * @throws OffsetOutOfRangeException if the offset is below the first segment or above the log end
     */
    public ByteBuffer producerSnapshotAt(long offset) {
        return look(view -> writer.producerSnapshotAt(view, offset));
    }

    /** The settings now. Any thread. */
    LogConfig config() {
        return writer.config();
    }

    /** The producers at the bases of segments. Any thread. */
    ProducerSnapshots producerSnapshots() {
        return writer.snapshots();
    }

    /** Where the log's files are. Any thread. */
    LogDirectory directoryFiles() {
        return directory;
    }

    /** Whether nobody may use the log any more. Any thread. */
    public boolean isClosed() {
        return status.isClosed();
    }

    /** See {@link OffsetCheckpoint#gapsBelow}. Any thread. */
    long gapsBelow() {
        return flush.gapsBelow();
    }

    /** The log as it is now; its segments' files may go at any time (see {@link #exchange}). Any thread. */
    LogView view() {
        return writer.view();
    }

    /** First offset that can be read. Any thread. */
    public long logStartOffset() {
        return writer.view().logStartOffset();
    }

    /** Log end offset: the offset that the next record gets. Everything below can be read. Any thread. */
    public long endOffset() {
        return writer.view().endOffset();
    }

    /** Offset below which everything survives a power cut; at most the log end offset. Any thread. */
    public long flushedOffset() {
        return flush.flushedOffset();
    }

    /** Where the segment begins that grows: what is below changes by compaction alone, or goes. Any thread. */
    public long sealedOffset() {
        return writer.view().active().baseOffset();
    }

    /** Bytes of batches in all segments. Any thread. */
    public long sizeInBytes() {
        return writer.view().sizeInBytes();
    }

    /** Whether a write or flush failed, so that the log is offline. Any thread. */
    public boolean isFailed() {
        return status.isFailed();
    }

    /** The leader epochs now. Any thread. */
    public LeaderEpochIndex epochs() {
        return writer.view().epochs();
    }

    /**
     * Where an epoch ends in this log, by rule F3. Any thread.
     *
     * @throws IllegalArgumentException if the epoch is above the latest one, or there is none at all
     */
    public EpochEnd endOf(int epoch) {
        LogView now = writer.view();
        return now.epochs().endOf(epoch, now.endOffset());
    }

    /** The producers. Writer thread only. */
    public ProducerState producers() {
        return writer.producers();
    }

    /** Takes new settings, from the next append on; {@code maxProducerIds} stays as it was. Writer thread only. */
    public void configure(LogConfig config) {
        writer.configure(config);
    }

    /**
     * Notes that a leader epoch begins at the log end (rule L1). Only in memory: from the first batch on the log itself
     * tells it.
     *
     * @throws IllegalArgumentException if the epoch is below the latest one
     */
    public void beginEpoch(int leaderEpoch) {
        status.requireOnline();
        writer.beginEpoch(leaderEpoch);
    }

    /**
     * Appends one batch as the partition's leader: gives it the next offsets and the epoch, which are written in place of
     * the bytes the client sent there. The batch must have passed {@code BatchValidator} and {@link ProducerState#check}
     * in the same event. Returns once every thread can read it; it is not durable.
     *
     * @param batch one batch between position and limit; neither bytes nor position change
     * @param leaderEpoch at or above the latest epoch
     * @throws DiskFullException if there is no room: nothing was appended, and the log can be used as before
     * @throws IllegalArgumentException if the epoch is below the latest one
     */
    public AppendInfo appendAsLeader(ByteBuffer batch, int leaderEpoch) {
        return status.changeIfRoom(() -> writer.appendAsLeader(batch, leaderEpoch, OptionalLong.empty()));
    }

    /**
     * As {@link #appendAsLeader(ByteBuffer, int)}, but where the topic wants log append time, the batch gets the leader's
     * time and with it another checksum. Followers store it as it is here.
     *
     * @param nowMillis the leader's time, ms since 1970
     */
    public AppendInfo appendAsLeader(ByteBuffer batch, int leaderEpoch, long nowMillis) {
        boolean stamp = writer.config().timestamps().type() == TimestampType.LOG_APPEND_TIME;
        OptionalLong appendTime = stamp ? OptionalLong.of(nowMillis) : OptionalLong.empty();
        return status.changeIfRoom(() -> writer.appendAsLeader(batch, leaderEpoch, appendTime));
    }

    /**
     * Appends batches as their leader wrote them, unchanged (rules F7 and F8): all of them or, if one does not fit, none.
     * For offsets that compaction took out of the leader's log this one gets an empty batch, so that it has no gap there.
     *
     * @param batches one or more whole batches between position and limit; neither bytes nor position change
     * @throws InvalidBatchException if a batch is cut short or its checksum is wrong
     * @throws AppendMismatchException if offsets do not rise from the log end, more are missing than a segment may hold, or
     *     an epoch is below the one before
     * @throws DiskFullException if there is no room: the log can be used as before and ends behind the last batch that it
     *     took, which may be one of these if they were to lie in two segments
     */
    public AppendInfo appendAsFollower(ByteBuffer batches) {
        return status.changeIfRoom(() -> writer.appendAsFollower(batches));
    }

    /**
     * Reads whole batches: from the one that holds {@code fromOffset}, as many as fit in {@code maxBytes}, but at least
     * one, however big, and none that reaches {@code toOffsetExclusive} or beyond. One read ends at a segment's end at the
     * latest. Checksums are compared (rule L12). Any thread.
     *
     * @param toOffsetExclusive bound of what the reader may see, such as the high watermark
     * @return empty if there is no whole batch between the two offsets
     * @throws OffsetOutOfRangeException if fromOffset is below the log start or above the log end, also if a truncation
     *     ran meanwhile
     * @throws InvalidBatchException if the bytes there are not those that were appended
     */
    public LogSlice read(long fromOffset, int maxBytes, long toOffsetExclusive) {
        return read(fromOffset, maxBytes, toOffsetExclusive, ReadMemory.NEW);
    }

    /**
     * As {@link #read(long, int, long)}.
     *
     * @param memory where the bytes of the slice are to be; asked more than once where a change comes between
     */
    public LogSlice read(long fromOffset, int maxBytes, long toOffsetExclusive, ReadMemory memory) {
        return look(view ->
                view.read(directory.path(), fromOffset, maxBytes, toOffsetExclusive, flush.mayHaveGaps(), memory));
    }

    /**
     * Time stamp of the batch that holds an offset, or of the next one with records of producers: that of its first record,
     * or of the append where the leader stamps; ms since 1970. Reads headers alone. Any thread.
     *
     * @return empty if there is no such batch
     */
    public OptionalLong timestampFrom(long offset) {
        return look(view -> view.timestampFrom(offset));
    }

    /**
     * The first record, in offset order, whose timestamp is at or above the given one. Any thread.
     *
     * @param timestampMs ms since 1970
     * @return empty if every record is older
     */
    public Optional<TimestampOffset> offsetForTimestamp(long timestampMs) {
        return look(view -> view.offsetForTimestamp(timestampMs));
    }

    /**
     * The aborted transactions with a record or marker in a range of offsets, whose records a reader of committed ones
     * skips (rule V3). Any thread.
     *
     * @param fromOffset from the log start on
     * @param toOffsetExclusive up to the last stable offset; above it the answer may lack what is not decided yet
     * @throws OffsetOutOfRangeException if fromOffset is below the log start or above the log end
     */
    public List<AbortedTransaction> abortedTransactions(long fromOffset, long toOffsetExclusive) {
        return look(view -> {
            view.requireWithin(directory.path(), fromOffset);
            return AbortedTransactions.touching(producerSnapshots(), view, fromOffset, toOffsetExclusive);
        });
    }

    /**
     * The first offset that a reader of committed records may not see yet (rule V2). Writer thread only; to be asked with
     * every new high watermark, since what was committed once need not be remembered as undecided.
     */
    public long lastStableOffset(long highWatermark) {
        return producers().transactions().lastStableOffset(highWatermark);
    }

    /**
     * Closes the active segment if its first batch came {@code segmentMillis} ago or earlier. Writer thread, from time to
     * time. After a restart that batch's timestamp stands for the time it came.
     *
     * @param nowMillis since 1970
     * @return whether a new segment was begun: see {@link AppendInfo#rolled}, which the next append will tell, too
     * @throws DiskFullException if there is no room for one; nothing has changed
     */
    public boolean rollIfDue(long nowMillis) {
        return status.changeIfRoom(() -> writer.rollIfDue(nowMillis));
    }

    /**
     * How long {@link #rollIfDue} need not be called, if nothing is appended. Writer thread.
     *
     * @param nowMillis since 1970
     * @return in ms, from 0 on; {@link Long#MAX_VALUE} if there is nothing in the active segment
     */
    public long millisToRoll(long nowMillis) {
        return writer.millisToRoll(nowMillis);
    }

    /**
     * The log start that retention asks for. Changes nothing. Any thread.
     *
     * @param nowMillis since 1970
     * @param limitOffset no segment that ends above it goes: the high watermark or, if lower, the last stable offset
     * @return for {@link #raiseLogStart}; empty if nothing is to go
     */
    public OptionalLong retentionPoint(long nowMillis, long limitOffset) {
        return look(view -> LogRetention.point(view, writer.config().retention(), nowMillis, limitOffset));
    }

    /**
     * Lets the log begin at an offset: nothing below is read any more from now on. The next {@link #checkpoint()} notes it
     * on disk and then deletes the segments that lie below it as a whole. Writer thread; does not wait for the disk.
     *
     * @param offset nothing happens if it is at or below the log start
     * @throws IllegalArgumentException if it is above the log end
     */
    public void raiseLogStart(long offset) {
        status.requireOnline();
        writer.raiseLogStart(offset);
    }

    /**
     * Replaces adjacent closed segments by one that ends where they do. For compaction; a thread of its own. While the
     * call runs no truncation, reset, close, delete or flush does.
     *
     * @param seen the view that was compacted: if the log was cut since, nothing happens
     * @param files called after readers were pointed to the new segment: puts its file in place of the old ones, durably.
     *     Readers that look into an old one meanwhile may fail; they try again
     * @return false if nothing happened, as the segments are not there any more or the log is closed
     * @throws DiskFullException if there is no room to note before what recovery must know: nothing happened
     * @throws LogFailedException if {@code files} throws a StorageException
     */
    boolean exchange(LogView seen, List<LogSegment> replaced, LogSegment by, Runnable files) {
        return !status.isOver() && status.changeIfRoom(() -> writer.exchange(seen, replaced, by, files));
    }

    /**
     * Notes on disk how far the log is compacted. For compaction; a thread of its own.
     *
     * @param seen the view that was compacted
     * @return false if nothing happened, as the log was cut since or is closed
     * @throws DiskFullException if there is no room; what was noted before stays
     */
    boolean noteCleaned(LogView seen, CleanerCheckpoint progress) {
        return !status.isOver() && status.changeIfRoom(() -> writer.noteCleaned(seen, progress));
    }

    /**
     * Makes everything appended before the call durable: batches, and the names of new files (rule R9). Flusher thread.
     *
     * @return the flushed offset
     * @throws NoDescriptorsException if not all of it could be begun; the log can be used as before
     */
    public long flush() {
        status.unlessOver(() -> status.changeIfBegun(() -> flush.flush(writer::view)));
        return flushedOffset();
    }

    /**
     * Notes the flushed offset on disk as the recovery point, so that the next recovery knows damage from a torn tail and
     * has less to verify. Cheap enough for once a minute, not for every flush. Flusher thread.
     *
     * <p>Also makes a raised log start durable and then deletes the segments below it (rule R15).
     *
     * @throws DiskFullException if there is no room; the note before holds
     */
    public void checkpoint() {
        status.unlessOver(() -> status.changeIfRoom(() -> flush.checkpoint(writer::view)));
    }

    /**
     * Cuts the log (rule F6). Durable on return. Nothing happens to the batches if the offset is at the log end, but
     * epochs without batches are dropped.
     *
     * @param endOffsetExclusive the new log end offset; lowered to the end of the last batch that lies below it as a whole,
     *     and the log start with it if that was above
     * @throws IllegalArgumentException if it is below the log start or above the log end
     * @throws DiskFullException if there is no room for a note of it; nothing was cut
     */
    public void truncateTo(long endOffsetExclusive) {
        LOG.info("log {}: truncate from offset {} to {}", directory.path(), endOffset(), endOffsetExclusive);
        status.changeIfRoom(() -> writer.truncateTo(endOffsetExclusive));
    }

    /**
     * Drops everything and goes on at an offset (rule F11). Durable on return.
     *
     * @param epochs the leader's; those that begin above the offset are ignored
     * @param producerSnapshot the leader's {@link #producerSnapshotAt} of that offset, or no bytes for no producers
     * @throws IllegalArgumentException if the snapshot is not one of that offset; nothing was changed
     * @throws DiskFullException if there is no room for the snapshot or a note of it; nothing was dropped below the offset
     */
    public void resetTo(long startOffset, LeaderEpochIndex epochs, ByteBuffer producerSnapshot) {
        LOG.info("log {}: reset from offset {} to {}", directory.path(), endOffset(), startOffset);
        status.changeIfRoom(() -> writer.resetTo(startOffset, epochs, producerSnapshot));
    }

    /** Ends the log as {@link #finish} does, and closes its files. A failed log is only closed. */
    @Override
    public void close() {
        try {
            finish();
        } finally {
            closeFiles();
        }
    }

    /**
     * Flushes, notes the recovery point and the producers, and takes no change any more. Reads go on, as long as the files
     * keep their names, until {@link #close}. Writer thread.
     */
    public void finish() {
        if (status.isClosed()) {
            return;
        }
        try {
            if (!status.isFailed()) {
                status.change(writer::finish);
            }
        } finally {
            status.close();
            flush.end();
        }
    }

    /**
     * Closes and deletes the log. Safe against a power cut: the directory vanishes under its name first.
     *
     * @throws ForeignLogException if the directory belongs to another topic by now; nothing is deleted
     */
    public void delete() {
        closeFiles();
        LogDeletion.run(directory, topicId);
    }

    private void closeFiles() {
        status.close();
        flush.close(() -> List.of(writer.view().segments()).forEach(LogSegment::close));
    }

    /** See {@link LogView#look}. Any thread. */
    <T> T look(Function<LogView, T> read) {
        return LogView.look(writer::view, read);
    }
}
