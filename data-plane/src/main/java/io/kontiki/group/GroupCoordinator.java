package io.kontiki.group;

import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.DeleteGroupRequest;
import io.kontiki.proto.v1.DeleteOffsetsRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.LeaveGroup;
import io.kontiki.proto.v1.OwnedPartitions;
import io.kontiki.proto.v1.RemoveMemberRequest;
import io.kontiki.proto.v1.Subscription;
import java.util.List;
import java.util.Optional;

/**
 * Coordinates the groups whose slots this broker owns in its image (rules C1 and G1 to G6; reconciliation after KIP-848).
 * Handed events and the time, it returns what is to be done; the state of record is the quorum's, and members are told of
 * that only. A coordinator that was deposed and has not heard of it proposes in vain, as its commands name the epoch of the
 * slot; without a lease from the quorum it answers nobody.
 *
 * <p>Streams and calls are named by numbers that the caller draws, each once. What the messages hold has been checked
 * against the limits of their fields. Not thread-safe: one loop drives it.
 */
public final class GroupCoordinator {
    /** Members' streams of one broker; more are turned away. */
    private static final int STREAMS_MAX = 100_000;

    private GroupSettings settings;
    private final Outbox outbox = new Outbox();
    private final SubscribedTopics topics = new SubscribedTopics();
    private final OffsetCommits commits = new OffsetCommits(outbox);
    private final GroupDeletions deletions;
    private final CoordinatedGroups groups;
    private final CoordinatorLease lease;

    public GroupCoordinator(int brokerId, GroupSettings settings) {
        this.settings = settings;
        this.groups = new CoordinatedGroups(brokerId, settings, topics, outbox);
        this.lease = new CoordinatorLease(brokerId);
        this.deletions = new GroupDeletions(settings, topics, outbox);
    }

    /**
     * Takes on other limits; members beyond the new one stay.
     *
     * @param offsetsRetentionMillis as in {@link GroupSettings}
     * @param membersMax as in {@link GroupSettings}
     */
    public void limit(long offsetsRetentionMillis, int membersMax) {
        settings = settings.withLimits(offsetsRetentionMillis, membersMax);
        deletions.retain(offsetsRetentionMillis);
    }

    /** Whether the broker owns the group's slot, as far as it has heard. */
    public boolean coordinates(String groupId) {
        return groups.coordinates(groupId);
    }

    /** The quorum granted a lease, told behind the images that it speaks of. */
    public List<Effect> onLease(long endNanos, Moment now) {
        if (lease.renew(endNanos, now)) {
            // Nobody could be heard meanwhile, or not answered.
            groups.forEach(group -> group.renewSessions(now));
        }
        return outbox.take();
    }

    /** The broker's image went on, by {@code delta} or by several entries whose deltas are in it. */
    public List<Effect> onImage(MetadataImage image, MetadataDelta delta, Moment now) {
        groups.onImage(image, delta, now);
        commits.onImage(image);
        deletions.onImage(image);
        return outbox.take();
    }

    /** A member says something by its stream, after its join. */
    public List<Effect> onRequest(long streamId, JoinRequest request, Moment now) {
        return switch (request.getRequestCase()) {
            case HEARTBEAT -> onHeartbeat(streamId, now);
            case OWNED -> onOwned(streamId, request.getOwned(), now);
            case SUBSCRIPTION -> onSubscription(streamId, request.getSubscription(), now);
            case LEAVE -> onLeave(streamId, request.getLeave(), now);
            case JOIN, REQUEST_NOT_SET -> throw new AssertionError(request);
        };
    }

    /** A stream's first message. */
    public List<Effect> onJoin(long streamId, JoinGroup join, String clientHost, Moment now) {
        var refusal = refusal(join.getGroupId(), now).or(() -> refusal(join.getSubscription()));
        if (refusal.isEmpty() && outbox.streams() >= STREAMS_MAX) {
            refusal = Optional.of(new Refusal(
                    ErrorReason.ERROR_REASON_OVERLOADED,
                    "this broker serves " + outbox.streams() + " members, at most " + STREAMS_MAX + " are allowed"));
        }
        if (refusal.isPresent()) {
            outbox.endStream(streamId, refusal);
        } else {
            outbox.openStream(streamId, new Outbox.Owner(join.getGroupId(), join.getMemberId()));
            groups.open(join.getGroupId(), now).join(streamId, JoiningMember.of(join, clientHost, settings), now);
        }
        return outbox.take();
    }

    public List<Effect> onHeartbeat(long streamId, Moment now) {
        heard(streamId, now)
                .filter(it -> it.session.answersHeartbeats() && lease.holds(now))
                .ifPresent(it -> outbox.send(streamId, MemberMessages.heartbeat()));
        return outbox.take();
    }

    public List<Effect> onOwned(long streamId, OwnedPartitions owned, Moment now) {
        heard(streamId, now)
                .ifPresent(it -> it.change(
                        new GroupChange.Confirm(
                                it.session.memberId(),
                                owned.getMemberEpoch(),
                                OwnedNames.of(owned.getPartitionsList())),
                        now));
        return outbox.take();
    }

    public List<Effect> onSubscription(long streamId, Subscription subscription, Moment now) {
        heard(streamId, now).ifPresent(it -> {
            var refusal = refusal(subscription);
            if (refusal.isPresent()) {
                outbox.endStream(streamId, refusal);
                it.session.onStreamGone();
            } else {
                it.change(new GroupChange.Subscribe(it.session.memberId(), WantedTopics.of(subscription)), now);
            }
        });
        return outbox.take();
    }

    /** A static member that leaves for a while keeps its place until its session ends; others leave for good. */
    public List<Effect> onLeave(long streamId, LeaveGroup leave, Moment now) {
        heard(streamId, now).ifPresent(it -> {
            if (leave.getTemporarily() && it.session.instanceId().isPresent()) {
                outbox.endStream(streamId, Optional.empty());
                it.session.onStreamGone();
            } else {
                it.session.onLeaving();
                it.change(new GroupChange.Leave(it.session.memberId()), now);
            }
        });
        return outbox.take();
    }

    /** The stream broke, or its member ended it without a word: it may come back within its session. */
    public List<Effect> onStreamGone(long streamId, Moment now) {
        find(streamId).ifPresent(it -> it.session.onStreamGone());
        outbox.forgetStream(streamId);
        return outbox.take();
    }

    /** Answered by {@code CommitOffsetsResponse}. */
    public List<Effect> onCommit(long callId, CommitOffsetsRequest request, Moment now) {
        if (admit(callId, request.getGroupId(), now)) {
            commits.commit(callId, request, slotEpoch(request.getGroupId()), topics.image(), now);
        }
        return outbox.take();
    }

    /**
     * Answered by {@code FetchOffsetsResponse}: to a member at once, as it is told of its own partitions only as far as the
     * image has them; to others when the quorum has confirmed that this broker is still the group's coordinator.
     */
    public List<Effect> onFetch(long callId, FetchOffsetsRequest request, Moment now) {
        if (!admit(callId, request.getGroupId(), now)) {
            return outbox.take();
        }
        if (request.getMemberId().isEmpty()) {
            commits.read(callId, request, slotEpoch(request.getGroupId()));
        } else {
            OffsetReads.refusal(topics.image(), request)
                    .ifPresentOrElse(
                            refusal -> outbox.refuse(callId, refusal),
                            () -> outbox.reply(callId, OffsetReads.answer(topics.image(), request)));
        }
        return outbox.take();
    }

    /** Answered by {@code DeleteGroupResponse}. */
    public List<Effect> onDeleteGroup(long callId, DeleteGroupRequest request, Moment now) {
        if (admit(callId, request.getGroupId(), now)) {
            deletions.deleteGroup(callId, request, slotEpoch(request.getGroupId()));
        }
        return outbox.take();
    }

    /** Answered by {@code DeleteOffsetsResponse}. */
    public List<Effect> onDeleteOffsets(long callId, DeleteOffsetsRequest request, Moment now) {
        if (admit(callId, request.getGroupId(), now)) {
            deletions.deleteOffsets(callId, request, slotEpoch(request.getGroupId()));
        }
        return outbox.take();
    }

    /** Answered by {@code RemoveMemberResponse}. */
    public List<Effect> onRemoveMember(long callId, RemoveMemberRequest request, Moment now) {
        if (admit(callId, request.getGroupId(), now)) {
            var group = groups.open(request.getGroupId(), now);
            if (group.full()) {
                outbox.refuse(callId, group.overloaded());
            } else {
                group.change(new GroupChange.Remove(callId, request.getMemberId(), request.getInstanceId()), now);
            }
        }
        return outbox.take();
    }

    /**
     * What became of a proposal.
     *
     * @param reply QUORUM_UNAVAILABLE if that is not known
     * @param index of the log at which it was applied; 0 if it was refused before or that is not known
     */
    public List<Effect> onProposalResult(long proposalId, CommandReply reply, long index, Moment now) {
        outbox.finishProposal(proposalId).ifPresent(proposer -> proposer.onOutcome(reply, index, now));
        // The image may have it already, and no other one may come.
        commits.onImage(topics.image());
        deletions.onImage(topics.image());
        return outbox.take();
    }

    /** To be called some times a second. */
    public List<Effect> onTick(Moment now) {
        if (lease.giveUpAfter(settings.heartbeatIntervalMs() * 1_000_000L, now)) {
            groups.forEach(group -> group.endStreams(lease.expired()));
        }
        if (lease.holds(now)) {
            groups.forEach(group -> group.onTick(now));
            deletions.onTick(now, id -> coordinates(id) ? slotEpoch(id) : -1);
        }
        return outbox.take();
    }

    private int slotEpoch(String groupId) {
        return groups.slot(groupId).epoch();
    }

    private boolean admit(long callId, String groupId, Moment now) {
        var refusal = refusal(groupId, now);
        refusal.ifPresent(it -> outbox.refuse(callId, it));
        return refusal.isEmpty();
    }

    private Optional<Refusal> refusal(String groupId, Moment now) {
        if (!coordinates(groupId)) {
            return Optional.of(Refusal.notCoordinator(groupId));
        }
        return lease.holds(now) ? Optional.empty() : Optional.of(lease.expired());
    }

    private Optional<Refusal> refusal(Subscription subscription) {
        return subscription.getTopicPattern().isEmpty()
                ? Optional.empty()
                : topics.refusal(subscription.getTopicPattern())
                        .map(message -> new Refusal(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, message));
    }

    /** The group and the session that a stream belongs to. */
    private record Place(CoordinatedGroup group, MemberSession session, Outbox outbox) {
        void change(GroupChange change, Moment now) {
            if (group.full()) {
                outbox.endStream(session.streamId(), Optional.of(group.overloaded()));
                session.onStreamGone();
            } else {
                group.change(change, now);
            }
        }
    }

    private Optional<Place> find(long streamId) {
        return outbox.owner(streamId)
                .flatMap(owner -> groups.find(owner.groupId())
                        .flatMap(group -> group.session(owner.memberId(), streamId)
                                .map(session -> new Place(group, session, outbox))));
    }

    private Optional<Place> heard(long streamId, Moment now) {
        var place = find(streamId);
        place.ifPresent(it -> it.session.onHeard(now.nanos()));
        return place;
    }
}
