package io.kontiki.service;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.kontiki.group.Effect;
import io.kontiki.group.GroupCoordinator;
import io.kontiki.group.GroupSettings;
import io.kontiki.group.Moment;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.partition.EventLoop;
import io.kontiki.partition.Threads;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.CommitOffsetsResponse;
import io.kontiki.proto.v1.DeleteGroupRequest;
import io.kontiki.proto.v1.DeleteGroupResponse;
import io.kontiki.proto.v1.DeleteOffsetsRequest;
import io.kontiki.proto.v1.DeleteOffsetsResponse;
import io.kontiki.proto.v1.DescribeGroupRequest;
import io.kontiki.proto.v1.DescribeGroupResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.FetchOffsetsResponse;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import io.kontiki.proto.v1.RemoveMemberRequest;
import io.kontiki.proto.v1.RemoveMemberResponse;
import io.kontiki.quorum.Proposer;
import io.kontiki.replication.Lease;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Drives the coordinator of the groups whose slots this broker owns: one thread gives it every event, and runs what it says.
 * Events of clients are refused with OVERLOADED when too many wait; those of the metadata and of the quorum follow from
 * what is accepted already. Any thread may call.
 */
final class GroupLoop implements MemberStream.Listener, AutoCloseable {
    /** Events of clients that may wait. */
    private static final int EVENTS_MAX = 20_000;

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long END_MILLIS_MAX = 2_000;

    private final LocalMetadata metadata;
    private final Threads threads;
    private final EventLoop loop;
    private final GroupProposals proposals;
    private final AtomicLong lastId = new AtomicLong();
    // Of the loop alone, from here on.
    private final GroupCoordinator coordinator;
    private final GroupCallers callers = new GroupCallers(this::propose);
    private Lease lease;

    /** An event that has a call as its origin. */
    private interface CallEvent<Q> {
        List<Effect> on(long callId, Q request, Moment now);
    }

    GroupLoop(
            int brokerId,
            LocalMetadata metadata,
            GroupSettings settings,
            Proposer proposer,
            Threads threads,
            Consumer<Throwable> faults) {
        this.metadata = metadata;
        this.threads = threads;
        this.lease = new Lease(threads.nanoTime());
        this.coordinator = new GroupCoordinator(brokerId, settings);
        this.proposals = new GroupProposals(proposer);
        this.loop = threads.loop("kontiki-groups", EVENTS_MAX, TICK_NANOS, (failed, defect) -> faults.accept(defect));
    }

    /** Begins to follow the metadata; before, everything is refused. */
    void start() {
        loop.execute(() -> loop.addTicker(nanos -> run(coordinator.onTick(now()))));
        metadata.addPublisher((delta, image) -> loop.execute(() -> run(coordinator.onImage(image, delta, now()))));
    }

    /** As {@link GroupCoordinator#limit}. */
    void limit(long offsetsRetentionMillis, int membersMax) {
        loop.execute(() -> coordinator.limit(offsetsRetentionMillis, membersMax));
    }

    /** Told behind the images that the lease speaks of (rule L16), whose events come first. */
    void renew(Lease lease) {
        loop.execute(() -> {
            this.lease = lease;
            run(coordinator.onLease(lease.endNanos(), now()));
        });
    }

    // ---- Members

    JoinSide join(JoinGroup join, String clientHost, ServerCallStreamObserver<JoinResponse> member) {
        var stream = new MemberStream(lastId.incrementAndGet(), member, this);
        boolean taken = loop.offer(() -> {
            if (callers.add(stream)) {
                run(coordinator.onJoin(stream.id(), join, clientHost, now()));
                stream.taken();
            }
        });
        if (!taken) {
            throw GroupCallers.overloaded(EVENTS_MAX + " events of groups wait at this broker already");
        }
        return stream;
    }

    @Override
    public void onRequest(MemberStream stream, JoinRequest request) {
        try {
            GroupLimits.request(request);
        } catch (StatusRuntimeException e) {
            stream.end(e);
            onGone(stream);
            return;
        }
        // One at a time of each stream, so that the number of streams bounds them.
        loop.execute(() -> {
            if (callers.has(stream)) {
                run(coordinator.onRequest(stream.id(), request, now()));
                stream.taken();
            }
        });
    }

    @Override
    public void onGone(MemberStream stream) {
        loop.execute(() -> {
            if (callers.remove(stream)) {
                run(coordinator.onStreamGone(stream.id(), now()));
            }
        });
    }

    // ---- Calls

    CompletableFuture<CommitOffsetsResponse> commitOffsets(CommitOffsetsRequest request) {
        return call(request, CommitOffsetsResponse.class, coordinator::onCommit);
    }

    CompletableFuture<FetchOffsetsResponse> fetchOffsets(FetchOffsetsRequest request) {
        return call(request, FetchOffsetsResponse.class, coordinator::onFetch);
    }

    CompletableFuture<DescribeGroupResponse> describeGroup(DescribeGroupRequest request) {
        return call(
                request, DescribeGroupResponse.class, (callId, asked, now) -> List.of(described(callId, asked, now)));
    }

    CompletableFuture<DeleteGroupResponse> deleteGroup(DeleteGroupRequest request) {
        return call(request, DeleteGroupResponse.class, coordinator::onDeleteGroup);
    }

    CompletableFuture<DeleteOffsetsResponse> deleteOffsets(DeleteOffsetsRequest request) {
        return call(request, DeleteOffsetsResponse.class, coordinator::onDeleteOffsets);
    }

    CompletableFuture<RemoveMemberResponse> removeMember(RemoveMemberRequest request) {
        return call(request, RemoveMemberResponse.class, coordinator::onRemoveMember);
    }

    private <Q, A extends Message> CompletableFuture<A> call(Q request, Class<A> type, CallEvent<Q> event) {
        var answer = new CompletableFuture<Message>();
        var caller = Context.current();
        boolean taken = loop.offer(() -> {
            if (caller.isCancelled()) {
                // It may have tried again elsewhere: what it commits now must not come behind what it commits then.
                answer.completeExceptionally(Status.CANCELLED.asRuntimeException());
                return;
            }
            long id = lastId.incrementAndGet();
            if (callers.add(id, answer)) {
                run(event.on(id, request, now()));
            }
        });
        if (!taken) {
            answer.completeExceptionally(
                    GroupCallers.overloaded(EVENTS_MAX + " events of groups wait at this broker already"));
        }
        return answer.thenApply(type::cast);
    }

    /** Reads the image that the coordinator has reached, as far as that is the newest one. */
    private Effect described(long callId, DescribeGroupRequest request, Moment now) {
        String id = request.getGroupId();
        if (!coordinator.coordinates(id)) {
            return refuse(
                    callId, ErrorReason.ERROR_REASON_NOT_COORDINATOR, "group \"" + id + "\" is not coordinated here");
        }
        if (!lease.holds(now.nanos())) {
            return refuse(
                    callId,
                    ErrorReason.ERROR_REASON_LEASE_EXPIRED,
                    "this broker has not reached the controller for so long that another one may coordinate its"
                            + " groups");
        }
        MetadataImage image = metadata.current();
        return image.group(id)
                .<Effect>map(group -> new Effect.Reply(callId, GroupMessages.described(image, group)))
                .orElseGet(() ->
                        refuse(callId, ErrorReason.ERROR_REASON_GROUP_NOT_FOUND, "there is no group \"" + id + "\""));
    }

    private static Effect refuse(long callId, ErrorReason reason, String message) {
        return new Effect.Refuse(callId, new io.kontiki.group.Refusal(reason, message));
    }

    // ---- Effects

    private void run(List<Effect> effects) {
        callers.run(effects);
    }

    private void propose(Effect.Propose propose) {
        proposals
                .propose(propose.command())
                .thenAccept(outcome -> loop.execute(() -> run(
                        coordinator.onProposalResult(propose.proposalId(), outcome.reply(), outcome.index(), now()))));
    }

    private Moment now() {
        return new Moment(threads.nanoTime(), threads.clock().millis());
    }

    // ---- The end

    /** Ends all streams with SHUTTING_DOWN, and those to come. Returns when that is done, in two seconds at most. */
    void endStreams() {
        var done = new CompletableFuture<Void>();
        loop.execute(() -> {
            callers.endStreams();
            done.complete(null);
        });
        try {
            done.get(END_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // The gRPC server cuts them.
        } catch (ExecutionException e) {
            throw new AssertionError(e); // Never completed so.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
