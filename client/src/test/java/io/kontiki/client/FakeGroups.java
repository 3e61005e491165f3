package io.kontiki.client;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.CommitOffsetsResponse;
import io.kontiki.proto.v1.CommitResult;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.FetchOffsetsResponse;
import io.kontiki.proto.v1.FetchedOffset;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import io.kontiki.proto.v1.Joined;
import io.kontiki.proto.v1.MemberAssignment;
import io.kontiki.proto.v1.MemberHeartbeat;
import io.kontiki.proto.v1.OffsetToCommit;
import io.kontiki.proto.v1.OwnedPartitions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One group of a {@link FakeCluster}, served by all its brokers as if relaying took no time: partitions go to the members in
 * turn, and only once their owner has let go (rule G2); commits are judged by rule G3. No session ends by itself. Every
 * method holds the one lock.
 */
final class FakeGroups {
    private static final int HEARTBEAT_MILLIS = 2000;

    private final Map<String, Member> members = new TreeMap<>();
    private final Map<TopicPartition, OffsetToCommit> offsets = new TreeMap<>();
    private final SortedSet<TopicPartition> hidden = new TreeSet<>();
    private final List<String> events = new ArrayList<>();
    private final Queue<ErrorReason> commitErrors = new ArrayDeque<>();
    private final Queue<ErrorReason> fetchErrors = new ArrayDeque<>();
    private final SortedSet<TopicPartition> partitions = new TreeSet<>();
    private ErrorReason joinError = ErrorReason.ERROR_REASON_UNSPECIFIED;
    private int sessionMillis = 10_000;
    private int epoch;
    private int joins;
    private int commits;

    private static final class Member {
        private final JoinGroup join;
        private final Map<TopicPartition, Integer> owned = new TreeMap<>();
        private final SortedSet<TopicPartition> revoking = new TreeSet<>();
        private SortedSet<TopicPartition> target = new TreeSet<>();
        private StreamObserver<JoinResponse> stream;
        private int brokerId;
        private int epoch;

        private Member(JoinGroup join) {
            this.join = join;
        }
    }

    /** What there is to share out; subscriptions are taken for matching. */
    FakeGroups(int partitionCount) {
        for (int i = 0; i < partitionCount; i++) {
            partitions.add(new TopicPartition(FakeCluster.TOPIC, i));
        }
    }

    // ---- Scripts

    synchronized void failNextCommits(ErrorReason... reasons) {
        commitErrors.addAll(List.of(reasons));
    }

    /** For good. */
    synchronized void hideOffsetOf(TopicPartition partition) {
        hidden.add(partition);
    }

    synchronized void failNextFetches(ErrorReason... reasons) {
        fetchErrors.addAll(List.of(reasons));
    }

    /** Refuses to let anybody join; UNSPECIFIED to let them again. */
    synchronized void refuseJoins(ErrorReason reason) {
        joinError = reason;
    }

    synchronized void sessionMillis(int millis) {
        sessionMillis = millis;
    }

    synchronized void commit(TopicPartition partition, long offset) {
        offsets.put(partition, OffsetToCommit.newBuilder().setOffset(offset).build());
    }

    synchronized Map<TopicPartition, Long> committed() {
        var committed = new TreeMap<TopicPartition, Long>();
        offsets.forEach((partition, offset) -> committed.put(partition, offset.getOffset()));
        return committed;
    }

    synchronized OffsetToCommit commitOf(TopicPartition partition) {
        return offsets.get(partition);
    }

    /** Commits and confirmations, in the order in which they came. */
    synchronized List<String> events() {
        return List.copyOf(events);
    }

    synchronized List<String> memberIds() {
        return List.copyOf(members.keySet());
    }

    synchronized int joins() {
        return joins;
    }

    synchronized int commits() {
        return commits;
    }

    synchronized List<JoinGroup> joined() {
        return members.values().stream().map(member -> member.join).toList();
    }

    /** Which broker the member is connected to; 0 if to none. */
    synchronized int brokerOf(String memberId) {
        var member = members.get(memberId);
        return member == null || member.stream == null ? 0 : member.brokerId;
    }

    synchronized SortedSet<TopicPartition> ownedBy(String memberId) {
        var member = members.get(memberId);
        return member == null ? new TreeSet<>() : new TreeSet<>(member.owned.keySet());
    }

    /** All its streams end so; the member stays. */
    synchronized void breakStream(String memberId) {
        end(
                members.get(memberId),
                Status.UNAVAILABLE.withDescription("scripted break").asRuntimeException());
    }

    synchronized void fence(String memberId, ErrorReason reason) {
        var member = members.remove(memberId);
        if (member != null) {
            end(member, refusal(reason));
        }
        rebalance();
    }

    /** As {@link #fence}, while the stream breaks: the member does not hear of it. */
    synchronized void fenceUnheard(String memberId) {
        breakStream(memberId);
        members.remove(memberId);
        rebalance();
    }

    private static void end(Member member, StatusRuntimeException why) {
        if (member.stream != null) {
            var stream = member.stream;
            member.stream = null;
            stream.onError(why);
        }
    }

    private static StatusRuntimeException refusal(ErrorReason reason) {
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.FAILED_PRECONDITION.value())
                .setMessage("scripted")
                .addDetails(com.google.protobuf.Any.pack(com.google.rpc.ErrorInfo.newBuilder()
                        .setDomain("kontiki")
                        .setReason(reason.name().substring("ERROR_REASON_".length()))
                        .build()))
                .build());
    }

    // ---- Members

    private synchronized void join(int brokerId, JoinGroup join, StreamObserver<JoinResponse> stream) {
        joins++;
        if (joinError != ErrorReason.ERROR_REASON_UNSPECIFIED) {
            stream.onError(refusal(joinError));
            return;
        }
        var member = members.get(join.getMemberId());
        if (member == null && join.getMemberEpoch() > 0) {
            stream.onError(refusal(ErrorReason.ERROR_REASON_UNKNOWN_MEMBER));
            return;
        }
        boolean anew = member == null;
        if (anew) {
            member = new Member(join);
            members.put(join.getMemberId(), member);
        }
        end(member, Status.ABORTED.asRuntimeException());
        member.stream = stream;
        member.brokerId = brokerId;
        stream.onNext(JoinResponse.newBuilder()
                .setJoined(Joined.newBuilder()
                        .setMemberEpoch(member.epoch)
                        .setHeartbeatIntervalMs(HEARTBEAT_MILLIS)
                        .setSessionTimeoutMs(sessionMillis))
                .build());
        if (anew) {
            rebalance();
        } else {
            release(member, new TreeSet<>(WireValues.partitions(join.getOwnedList())));
            tell(member);
        }
        reconcile();
    }

    private synchronized void owned(String memberId, StreamObserver<JoinResponse> stream, OwnedPartitions owned) {
        var member = members.get(memberId);
        events.add("owned " + WireValues.partitions(owned.getPartitionsList()));
        if (member != null && member.stream == stream && owned.getMemberEpoch() == member.epoch) {
            release(member, WireValues.partitions(owned.getPartitionsList()));
            reconcile();
        }
    }

    private static void release(Member member, java.util.Set<TopicPartition> owned) {
        member.revoking.retainAll(owned);
    }

    private synchronized void heartbeat(String memberId, StreamObserver<JoinResponse> stream) {
        var member = members.get(memberId);
        if (member != null && member.stream == stream) {
            stream.onNext(JoinResponse.newBuilder()
                    .setHeartbeat(MemberHeartbeat.getDefaultInstance())
                    .build());
        }
    }

    private synchronized void leave(String memberId, boolean temporarily, StreamObserver<JoinResponse> stream) {
        events.add(temporarily ? "left for a while" : "left");
        var member = members.get(memberId);
        if (member != null && !temporarily) {
            members.remove(memberId);
            rebalance();
        } else if (member != null) {
            member.stream = null;
        }
        stream.onCompleted();
    }

    private void rebalance() {
        epoch++;
        var all = List.copyOf(members.values());
        all.forEach(member -> member.target = new TreeSet<>());
        int i = 0;
        for (var partition : all.isEmpty() ? new TreeSet<TopicPartition>() : partitions) {
            all.get(i++ % all.size()).target.add(partition);
        }
        reconcile();
    }

    private void reconcile() {
        for (var member : members.values()) {
            var before = new TreeSet<>(member.owned.keySet());
            int epochBefore = member.epoch;
            before.stream().filter(p -> !member.target.contains(p)).forEach(p -> {
                member.owned.remove(p);
                member.revoking.add(p);
            });
            if (member.revoking.isEmpty()) {
                member.epoch = epoch;
                member.target.stream()
                        .filter(p -> !member.owned.containsKey(p) && !isHeld(p))
                        .forEach(p -> member.owned.put(p, epoch));
            }
            if (epochBefore != member.epoch || !before.equals(member.owned.keySet())) {
                tell(member);
            }
        }
        // What one has let go of another may have been waiting for.
        boolean more = members.values().stream()
                .anyMatch(m ->
                        m.revoking.isEmpty() && m.target.stream().anyMatch(p -> !m.owned.containsKey(p) && !isHeld(p)));
        if (more) {
            reconcile();
        }
    }

    private boolean isHeld(TopicPartition partition) {
        return members.values().stream()
                .anyMatch(m -> m.owned.containsKey(partition) || m.revoking.contains(partition));
    }

    private void tell(Member member) {
        if (member.stream != null) {
            member.stream.onNext(JoinResponse.newBuilder()
                    .setAssignment(MemberAssignment.newBuilder()
                            .setMemberEpoch(member.epoch)
                            .addAllPartitions(WireValues.byTopic(member.owned.keySet()))
                            .setGroupEpoch(epoch))
                    .build());
        }
    }

    // ---- Offsets

    private synchronized CommitOffsetsResponse commit(CommitOffsetsRequest request) {
        commits++;
        var response = CommitOffsetsResponse.newBuilder();
        var scripted = commitErrors.poll();
        for (var offset : request.getOffsetsList()) {
            var partition = new TopicPartition(offset.getTopic(), offset.getPartition());
            var result = CommitResult.newBuilder().setTopic(offset.getTopic()).setPartition(offset.getPartition());
            var error = scripted != null ? scripted : judge(request, partition);
            if (error != ErrorReason.ERROR_REASON_UNSPECIFIED) {
                result.setError(FakeCluster.error(error));
            } else {
                events.add("commit " + partition + "@" + offset.getOffset());
                offsets.put(partition, offset);
            }
            response.addResults(result);
        }
        return response.build();
    }

    private ErrorReason judge(CommitOffsetsRequest request, TopicPartition partition) {
        if (request.getMemberId().isEmpty()) {
            return members.isEmpty() ? ErrorReason.ERROR_REASON_UNSPECIFIED : ErrorReason.ERROR_REASON_GROUP_NOT_EMPTY;
        }
        var member = members.get(request.getMemberId());
        if (member == null) {
            return ErrorReason.ERROR_REASON_UNKNOWN_MEMBER;
        }
        int since = member.owned.getOrDefault(partition, member.revoking.contains(partition) ? 0 : Integer.MAX_VALUE);
        boolean fine = since <= request.getMemberEpoch() && request.getMemberEpoch() <= member.epoch;
        return fine ? ErrorReason.ERROR_REASON_UNSPECIFIED : ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH;
    }

    private synchronized FetchOffsetsResponse fetch(FetchOffsetsRequest request) {
        var response = FetchOffsetsResponse.newBuilder();
        var scripted = fetchErrors.poll();
        var wanted = request.getTopicsCount() == 0 ? offsets.keySet() : WireValues.partitions(request.getTopicsList());
        for (var partition : wanted) {
            var result = FetchedOffset.newBuilder().setTopic(partition.topic()).setPartition(partition.partition());
            var offset = offsets.get(partition);
            if (hidden.contains(partition)) {
                result.setError(FakeCluster.error(ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND));
            } else if (scripted != null) {
                result.setError(FakeCluster.error(scripted));
            } else if (offset != null) {
                result.getCommittedBuilder()
                        .setOffset(offset.getOffset())
                        .setMetadata(offset.getMetadata())
                        .setCommittedAtMs(5);
                if (offset.hasLeaderEpoch()) {
                    result.getCommittedBuilder().setLeaderEpoch(offset.getLeaderEpoch());
                }
            }
            response.addOffsets(result);
        }
        return response.build();
    }

    /** One broker's service. */
    final class Service extends GroupServiceGrpc.GroupServiceImplBase {
        private final int brokerId;
        private final java.util.function.BooleanSupplier hanging;

        Service(int brokerId, java.util.function.BooleanSupplier hanging) {
            this.brokerId = brokerId;
            this.hanging = hanging;
        }

        @Override
        public StreamObserver<JoinRequest> join(StreamObserver<JoinResponse> answers) {
            ((ServerCallStreamObserver<?>) answers).setOnCancelHandler(() -> {});
            return new StreamObserver<>() {
                private String memberId = "";

                @Override
                public void onNext(JoinRequest request) {
                    if (hanging.getAsBoolean()) {
                        return;
                    }
                    switch (request.getRequestCase()) {
                        case JOIN -> {
                            memberId = request.getJoin().getMemberId();
                            FakeGroups.this.join(brokerId, request.getJoin(), answers);
                        }
                        case HEARTBEAT -> heartbeat(memberId, answers);
                        case OWNED -> owned(memberId, answers, request.getOwned());
                        case SUBSCRIPTION ->
                            subscribed(request.getSubscription().getTopicsList());
                        case LEAVE -> leave(memberId, request.getLeave().getTemporarily(), answers);
                        case REQUEST_NOT_SET -> throw new AssertionError(request);
                    }
                }

                @Override
                public void onError(Throwable error) {
                    // The member may come back.
                }

                @Override
                public void onCompleted() {
                    answers.onCompleted();
                }
            };
        }

        @Override
        public void commitOffsets(CommitOffsetsRequest request, StreamObserver<CommitOffsetsResponse> answer) {
            if (!hanging.getAsBoolean()) {
                answer.onNext(commit(request));
                answer.onCompleted();
            }
        }

        @Override
        public void fetchOffsets(FetchOffsetsRequest request, StreamObserver<FetchOffsetsResponse> answer) {
            if (!hanging.getAsBoolean()) {
                answer.onNext(fetch(request));
                answer.onCompleted();
            }
        }
    }

    private synchronized void subscribed(List<String> topics) {
        events.add("subscribed " + topics);
    }
}
