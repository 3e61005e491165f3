package io.kontiki.quorum.ratis;

import com.google.protobuf.InvalidProtocolBufferException;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.command.MetadataState;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.quorum.FaultHandler;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies committed commands to the image and publishes it. What a command does is decided by {@link MetadataState}
 * alone.
 *
 * <p>Threads: applying, snapshots and readiness are on the one updater thread of the division. The other notifications
 * come on gRPC threads that hold the server's lock: they only hand over, and never call Ratis.
 */
final class QuorumStateMachine extends BaseStateMachine {
    /** What the state machine passes on. Called under Ratis' locks: implementations hand over and return. */
    interface Events {
        /** Something about the leadership may have changed. */
        void leadershipChanged();

        /** This member stopped leading, or is closing. */
        void leadershipLost();

        /** The voters may be others now. */
        void votersChanged();

        /** This division is gone for good. */
        void closed();
    }

    private static final Logger LOG = LoggerFactory.getLogger(QuorumStateMachine.class);

    private final ClientId submitter;
    private final LocalMetadata metadata;
    private final Events events;
    private final FaultHandler faults;
    private final SnapshotFiles snapshots = new SnapshotFiles();
    // Owned by the updater thread; what was applied, which publishing follows.
    private MetadataImage image = MetadataImage.EMPTY;

    /** @param submitter whose commands are taken, and nobody else's */
    QuorumStateMachine(ClientId submitter, LocalMetadata metadata, Events events, FaultHandler faults) {
        this.submitter = submitter;
        this.metadata = metadata;
        this.events = events;
        this.faults = faults;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage) throws IOException {
        getLifeCycle()
                .startAndTransition(
                        () -> {
                            super.initialize(server, groupId, storage);
                            snapshots.open(storage);
                            load();
                        },
                        IOException.class);
    }

    /** Before the leader's snapshot is put in place. Must leave the state PAUSED, or the updater dies (rule Q10). */
    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    /** After the leader's snapshot is in place. */
    @Override
    public void reinitialize() throws IOException {
        getLifeCycle().startAndTransition(this::load, IOException.class);
    }

    private void load() throws IOException {
        var loaded = snapshots.load();
        if (loaded.isEmpty()) {
            return;
        }
        var snapshot = loaded.get();
        // Not by the own image before: a broker that joins has followed a voter so far.
        var before = metadata.current();
        image = snapshot.image();
        setLastAppliedTermIndex(snapshot.position());
        LOG.info("Metadata snapshot at {} loaded, image at {}", snapshot.position(), image.position());
        metadata.publish(MetadataDelta.between(before, image), image);
    }

    ClientId submitter() {
        return submitter;
    }

    /**
     * On the leader, before anything enters the log. What cannot be applied would stop every voter, at each start, and
     * Ratis takes requests from whoever reaches the Raft port.
     */
    @Override
    public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
        var refusal = refusal(request);
        if (refusal.isEmpty()) {
            return super.startTransaction(request);
        }
        LOG.warn("A request of {} on the Raft port is refused: {}", request.getClientId(), refusal.get());
        return TransactionContext.newBuilder()
                .setStateMachine(this)
                .setClientRequest(request)
                .build()
                .setException(new IOException(refusal.get()));
    }

    private Optional<String> refusal(RaftClientRequest request) {
        if (!request.getClientId().equals(submitter)) {
            return Optional.of("only the controller of the leader submits commands");
        }
        var content = request.getMessage().getContent();
        try {
            // Without any content it is the entry of decision 31, which changes nothing.
            return content.isEmpty()
                            || Command.parseFrom(content.asReadOnlyByteBuffer()).getCommandCase()
                                    != Command.CommandCase.COMMAND_NOT_SET
                    ? Optional.empty()
                    : Optional.of("it holds no command that this version knows");
        } catch (InvalidProtocolBufferException e) {
            return Optional.of("no command: " + e.getMessage());
        }
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        var entry = transaction.getLogEntry();
        try {
            return CompletableFuture.completedFuture(apply(entry));
        } catch (InvalidProtocolBufferException | RuntimeException | Error e) {
            // Each member fails on this entry, and again after a restart, until it runs a version that can apply it.
            faults.onFault(
                    "Metadata log entry " + entry.getTerm() + ":" + entry.getIndex() + " ("
                            + entry.getStateMachineLogEntry().getLogData().size() + " bytes) cannot be applied",
                    e);
            return CompletableFuture.failedFuture(e);
        }
    }

    private Message apply(LogEntryProto entry) throws InvalidProtocolBufferException {
        var command =
                Command.parseFrom(entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer());
        var applied = MetadataState.apply(image, command, entry.getTerm(), entry.getIndex());
        image = applied.image();
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        metadata.publish(applied.delta(), image);
        // As bytes at once: a lazy message would be kept, and serialized for each retry.
        return Message.valueOf(UnsafeByteOperations.unsafeWrap(applied.reply().toByteArray()));
    }

    @Override
    public long takeSnapshot() throws IOException {
        var position = getLastAppliedTermIndex();
        if (position == null || position.getIndex() < 0) {
            return -1;
        }
        snapshots.save(image, position);
        LOG.info("Metadata snapshot at {} written", position);
        return position.getIndex();
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return snapshots.storage();
    }

    @Override
    public SnapshotInfo getLatestSnapshot() {
        return snapshots.storage().getLatestSnapshot();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        events.leadershipChanged();
    }

    @Override
    public void notifyLeaderReady() {
        events.leadershipChanged();
    }

    /** From the log, and once per chunk of a snapshot; what it says may still be undone, so the division is asked. */
    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto configuration) {
        events.votersChanged();
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.leadershipLost();
    }

    /** After one failed write the log rejects everything until a restart. */
    @Override
    public void notifyLogFailed(Throwable cause, LogEntryProto entry) {
        faults.onFault("The metadata log cannot be written", cause);
    }

    @Override
    public void close() {
        getLifeCycle().checkStateAndClose();
        events.closed();
    }
}
