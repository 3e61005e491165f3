package io.kontiki.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.command.TestQuorum;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.MemberAssignment;
import io.kontiki.proto.v1.OffsetToCommit;
import io.kontiki.proto.v1.OwnedPartitions;
import io.kontiki.proto.v1.Subscription;
import io.kontiki.proto.v1.TopicPartitions;
import io.kontiki.quorum.MetadataLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** One coordinator, broker 1 of 1, 2 or 3, on a metadata log that tests hold back or let go on. */
final class CoordinatorRig {
    static final int SESSION_MS = 10_000;
    static final int REBALANCE_MS = 60_000;

    final TestQuorum quorum;
    final GroupCoordinator coordinator;
    final Deque<Effect.Propose> proposals = new ArrayDeque<>();
    final Map<Long, List<Effect>> streams = new HashMap<>();
    final Map<Long, Effect> answers = new HashMap<>();
    private long nowMs = 1_000_000;
    private MetadataImage last = MetadataImage.EMPTY;

    CoordinatorRig(GroupSettings settings, int... brokers) {
        quorum = TestQuorum.withBrokers(brokers);
        coordinator = new GroupCoordinator(1, settings);
        lease();
        publish();
    }

    static CoordinatorRig alone() {
        return new CoordinatorRig(GroupSettings.DEFAULTS, 1);
    }

    /** A group whose slot broker 1 owns. */
    String group() {
        for (int number = 0; ; number++) {
            if (quorum.image().slots().of("group" + number).owner() == 1) {
                return "group" + number;
            }
        }
    }

    Moment now() {
        return new Moment(nowMs * 1_000_000, nowMs);
    }

    void lease() {
        perform(coordinator.onLease(now().nanos() + 2_400_000_000L, now()));
    }

    /** Time passes, under a lease that is renewed; ticks at the end. */
    void pass(long millis) {
        nowMs += millis;
        lease();
        tick();
    }

    /** Time passes, and the quorum is out of reach. */
    void passWithoutLease(long millis) {
        nowMs += millis;
        tick();
    }

    /** The same, but nothing of what is proposed is applied. */
    void passUnsettled(long millis) {
        nowMs += millis;
        lease();
        perform(coordinator.onTick(now()));
    }

    void tick() {
        perform(coordinator.onTick(now()));
        settle();
    }

    void topic(String name, int partitions) {
        create(name, partitions);
        publish();
        settle();
    }

    /** The broker does not hear of it yet. */
    void create(String name, int partitions) {
        @SuppressWarnings({"unchecked", "rawtypes"})
        List<Integer>[] replicas = new List[partitions];
        Arrays.fill(replicas, List.of(1));
        var command = Command.newBuilder()
                .setCreateTopic(TestQuorum.createTopic(topicId(name), name, Map.of(), replicas).toBuilder()
                        .setAssumedIndex(quorum.image().position().index()));
        quorum.accept(command);
    }

    static UUID topicId(String name) {
        return new UUID(7, name.hashCode());
    }

    /** The broker hears of the latest image, all that led to it at once. */
    void publish() {
        var before = last;
        last = quorum.image();
        perform(coordinator.onImage(last, MetadataDelta.between(before, last), now()));
    }

    /** Applies what is proposed until nothing more is. */
    void settle() {
        while (!proposals.isEmpty()) {
            applyNext();
            publish();
        }
    }

    /** Applies the next proposal and tells the outcome; the broker's image stays behind. */
    CommandReply applyNext() {
        var proposal = proposals.remove();
        var reply = quorum.apply(proposal.command().toBuilder().setTimestampMs(nowMs));
        outcome(proposal, reply, quorum.image().position().index());
        return reply;
    }

    void outcome(Effect.Propose proposal, CommandReply reply, long index) {
        perform(coordinator.onProposalResult(proposal.proposalId(), reply, index, now()));
    }

    static CommandReply unknown() {
        return CommandReply.newBuilder()
                .setReason(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE)
                .build();
    }

    static JoinGroup.Builder joining(String group, String member, String... topics) {
        return JoinGroup.newBuilder()
                .setGroupId(group)
                .setMemberId(member)
                .setSubscription(Subscription.newBuilder().addAllTopics(List.of(topics)));
    }

    void join(long stream, JoinGroup.Builder join) {
        send(stream, join);
        settle();
    }

    void send(long stream, JoinGroup.Builder join) {
        streams.put(stream, new ArrayList<>());
        perform(coordinator.onJoin(stream, join.build(), "host", now()));
    }

    void heartbeat(long stream) {
        perform(coordinator.onHeartbeat(stream, now()));
    }

    void owned(long stream, int epoch, String... partitions) {
        ownedUnsettled(stream, epoch, partitions);
        settle();
    }

    /** The same, but nothing of what is proposed is applied. */
    void ownedUnsettled(long stream, int epoch, String... partitions) {
        perform(coordinator.onOwned(
                stream,
                OwnedPartitions.newBuilder()
                        .setMemberEpoch(epoch)
                        .addAllPartitions(names(partitions))
                        .build(),
                now()));
    }

    void commit(long call, String group, String member, int epoch, String partition, long offset) {
        var names = names(partition).get(0);
        perform(coordinator.onCommit(
                call,
                CommitOffsetsRequest.newBuilder()
                        .setGroupId(group)
                        .setMemberId(member)
                        .setMemberEpoch(epoch)
                        .addOffsets(OffsetToCommit.newBuilder()
                                .setTopic(names.getTopic())
                                .setPartition(names.getPartitions(0))
                                .setOffset(offset))
                        .build(),
                now()));
    }

    void fetch(long call, FetchOffsetsRequest.Builder request) {
        perform(coordinator.onFetch(call, request.build(), now()));
        if (request.getMemberId().isEmpty()) {
            settle();
        }
    }

    void perform(List<Effect> effects) {
        for (var effect : effects) {
            if (effect instanceof Effect.Propose propose) {
                assertThat(propose.command().getSerializedSize()).isLessThan(MetadataLog.COMMAND_BYTES_MAX - 1024);
                proposals.add(propose);
            } else if (effect instanceof Effect.Send send) {
                streams.get(send.streamId()).add(send);
            } else if (effect instanceof Effect.EndStream end) {
                streams.get(end.streamId()).add(end);
            } else if (effect instanceof Effect.Reply reply) {
                answers.put(reply.callId(), reply);
            } else if (effect instanceof Effect.Refuse refuse) {
                answers.put(refuse.callId(), refuse);
            }
        }
    }

    GroupImage record(String group) {
        return quorum.image().group(group).orElseThrow();
    }

    /** The last assignment that came by the stream. */
    Optional<MemberAssignment> assignment(long stream) {
        MemberAssignment last = null;
        for (var effect : streams.get(stream)) {
            if (effect instanceof Effect.Send send && send.response().hasAssignment()) {
                last = send.response().getAssignment();
            }
        }
        return Optional.ofNullable(last);
    }

    /** As "topic-number", in order. */
    List<String> told(long stream) {
        var told = new ArrayList<String>();
        assignment(stream)
                .orElseThrow()
                .getPartitionsList()
                .forEach(topic -> topic.getPartitionsList().forEach(it -> told.add(topic.getTopic() + "-" + it)));
        return told;
    }

    int toldEpoch(long stream) {
        return assignment(stream).orElseThrow().getMemberEpoch();
    }

    /** How the stream ended; fails if it has not. */
    Optional<ErrorReason> end(long stream) {
        var effects = streams.get(stream);
        assertThat(effects).isNotEmpty();
        assertThat(effects.get(effects.size() - 1)).isInstanceOf(Effect.EndStream.class);
        return ((Effect.EndStream) effects.get(effects.size() - 1)).refusal().map(Refusal::reason);
    }

    /** What was said when the stream was ended by an error. */
    String endMessage(long stream) {
        var effects = streams.get(stream);
        return ((Effect.EndStream) effects.get(effects.size() - 1))
                .refusal()
                .orElseThrow()
                .message();
    }

    boolean open(long stream) {
        return streams.get(stream).stream().noneMatch(Effect.EndStream.class::isInstance);
    }

    ErrorReason refusal(long call) {
        assertThat(answers.get(call)).isInstanceOf(Effect.Refuse.class);
        return ((Effect.Refuse) answers.get(call)).refusal().reason();
    }

    <T> T reply(long call, Class<T> type) {
        assertThat(answers.get(call)).isInstanceOf(Effect.Reply.class);
        return type.cast(((Effect.Reply) answers.get(call)).response());
    }

    static List<TopicPartitions> names(String... partitions) {
        var topics = new TreeMap<String, TopicPartitions.Builder>();
        for (var partition : partitions) {
            int dash = partition.lastIndexOf('-');
            topics.computeIfAbsent(
                            partition.substring(0, dash),
                            topic -> TopicPartitions.newBuilder().setTopic(topic))
                    .addPartitions(Integer.parseInt(partition.substring(dash + 1)));
        }
        return topics.values().stream().map(TopicPartitions.Builder::build).toList();
    }
}
