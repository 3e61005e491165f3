package io.kontiki.controller;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.DynamicKey;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.Replies;
import io.kontiki.metadata.command.TopicRules;
import io.kontiki.proto.internal.v1.AddPartitions;
import io.kontiki.proto.internal.v1.AlterTopic;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CreateTopic;
import io.kontiki.proto.internal.v1.DeleteTopic;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Turns what users ask of topics into commands that leave nothing open: defaults, ids and placement are filled in. */
final class TopicPlanner {
    private static final int REPLICATION_FACTOR_AUTO_MAX = 3;

    private final ControllerConfig config;
    private final RandomGenerator random;

    TopicPlanner(ControllerConfig config, RandomGenerator random) {
        this.config = config;
        this.random = random;
    }

    /** Its id is half the request's and half drawn here: each attempt has another one, and all can be told. */
    Prepared create(ProposeRequest proposal, MetadataImage image, Command.Builder stamped) {
        var request = proposal.getCreateTopic();
        var made = image.topic(request.getName()).filter(topic -> isMadeBy(proposal, topic));
        if (made.isPresent()) {
            return Prepared.done(image);
        }
        var usable = usableBrokers(image);
        int partitions = request.hasPartitions() ? request.getPartitions() : defaultPartitions(image);
        int factor =
                request.hasReplicationFactor() ? request.getReplicationFactor() : defaultFactor(image, usable.size());
        var refused = TopicRules.checkName(request.getName())
                .or(() -> checkNew(request.getName(), image))
                .or(() -> TopicRules.checkPartitions(partitions))
                .or(() -> checkFactor(
                        request.hasReplicationFactor() || setFactor(image) <= 0
                                ? "replication_factor"
                                : DynamicKey.DEFAULT_REPLICATION_FACTOR.key(),
                        factor,
                        usable.size(),
                        image.brokers().size()))
                .or(() -> TopicRules.checkConfigs(request.getConfigsMap()));
        if (refused.isPresent()) {
            return new Prepared.Refuse(refused.get());
        }
        var topic = CreateTopic.newBuilder()
                .setTopicId(UuidBytes.toBytes(drawId(proposal)))
                .setName(request.getName())
                .addAllPartitions(ReplicaPlacement.place(usable, partitions, factor, random))
                .putAllConfigs(request.getConfigsMap())
                .setAssumedIndex(image.position().index())
                .build();
        return request.getValidateOnly()
                ? new Prepared.Planned(topic)
                : new Prepared.Submit(
                        stamped.setCreateTopic(topic).build(), (reply, after) -> created(proposal, reply, after));
    }

    /** Another attempt may have come between the plan and its turn in the log. */
    private static ProposeResponse.Builder created(ProposeRequest proposal, CommandReply reply, MetadataImage after) {
        boolean made = reply.getReason() == ErrorReason.ERROR_REASON_TOPIC_EXISTS
                && after.topic(proposal.getCreateTopic().getName())
                        .filter(topic -> isMadeBy(proposal, topic))
                        .isPresent();
        return ProposeResponse.newBuilder().setReply(made ? CommandReply.getDefaultInstance() : reply);
    }

    Prepared delete(ProposeRequest proposal, MetadataImage image, Command.Builder stamped) {
        var name = proposal.getDeleteTopic().getName();
        var topic = find(proposal, name, image);
        if (topic.isEmpty()) {
            return proposal.getRepeated() ? Prepared.done(image) : new Prepared.Refuse(notFound(proposal, name, image));
        }
        var id = UuidBytes.toBytes(topic.get().id());
        return new Prepared.Submit(
                stamped.setDeleteTopic(DeleteTopic.newBuilder().setTopicId(id)).build());
    }

    Prepared alter(ProposeRequest proposal, MetadataImage image, Command.Builder stamped) {
        var request = proposal.getAlterTopic();
        var topic = find(proposal, request.getName(), image);
        if (topic.isEmpty()) {
            return new Prepared.Refuse(notFound(proposal, request.getName(), image));
        }
        var refused = TopicRules.checkConfigs(request.getSetConfigsMap(), request.getRemoveConfigsList());
        if (refused.isPresent()) {
            return new Prepared.Refuse(refused.get());
        }
        if (request.getValidateOnly()) {
            var configs =
                    topic.get().configs().plusAll(request.getSetConfigsMap()).minusAll(request.getRemoveConfigsList());
            return new Prepared.Planned(
                    plan(topic.get().withConfigs(configs, topic.get().configIndex()), List.of()));
        }
        var command = AlterTopic.newBuilder()
                .setTopicId(UuidBytes.toBytes(topic.get().id()))
                .putAllSetConfigs(request.getSetConfigsMap())
                .addAllRemoveConfigs(request.getRemoveConfigsList())
                .setAssumedIndex(image.position().index());
        return new Prepared.Submit(stamped.setAlterTopic(command).build());
    }

    Prepared addPartitions(ProposeRequest proposal, MetadataImage image, Command.Builder stamped) {
        var request = proposal.getAddPartitions();
        var found = find(proposal, request.getName(), image);
        if (found.isEmpty()) {
            return new Prepared.Refuse(notFound(proposal, request.getName(), image));
        }
        var topic = found.get();
        if (proposal.getRepeated() && topic.partitions().size() == request.getPartitions()) {
            return Prepared.done(image);
        }
        int factor = topic.partitions().get(0).targetReplicas().size();
        var usable = usableBrokers(image);
        var refused =
                checkGrowth(topic, request.getPartitions()).or(() -> checkPlaceable(topic, factor, usable.size()));
        if (refused.isPresent()) {
            return new Prepared.Refuse(refused.get());
        }
        int present = topic.partitions().size();
        var added = ReplicaPlacement.place(usable, request.getPartitions() - present, factor, random);
        if (request.getValidateOnly()) {
            return new Prepared.Planned(plan(topic, added));
        }
        var command = AddPartitions.newBuilder()
                .setTopicId(UuidBytes.toBytes(topic.id()))
                .setExpectedPartitions(present)
                .addAllPartitions(added);
        return new Prepared.Submit(stamped.setAddPartitions(command).build());
    }

    /** By the id that an earlier attempt had in mind, too, if the request names it. */
    private static Optional<TopicImage> find(ProposeRequest proposal, String name, MetadataImage image) {
        return image.topic(name)
                .filter(topic ->
                        proposal.getTopicId().isEmpty() || proposal.getTopicId().equals(UuidBytes.toBytes(topic.id())));
    }

    /** The asking broker may not know yet that there is another one of that name. */
    private static CommandReply notFound(ProposeRequest proposal, String name, MetadataImage image) {
        return image.topic(name).isPresent() && !proposal.getRepeated()
                ? Replies.refusal(
                        ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                        "topic \"" + Excerpt.of(name) + "\" was deleted and created again just now")
                : notFound(name);
    }

    /**
     * Whether an attempt before this one made it. The number tells, not what the broker says of its attempts: one that was refused
     * for the want of a leader may have been in the log already, when that leader stepped down.
     */
    private static boolean isMadeBy(ProposeRequest proposal, TopicImage topic) {
        boolean numbered =
                proposal.getRequestId() != 0 || proposal.getCreateTopic().hasRequestId();
        return numbered && topic.id().getLeastSignificantBits() == lowBits(proposal);
    }

    private static CreateTopic plan(TopicImage topic, List<Replicas> added) {
        var plan = CreateTopic.newBuilder()
                .setTopicId(UuidBytes.toBytes(topic.id()))
                .setName(topic.name())
                .putAllConfigs(topic.configs());
        topic.partitions()
                .forEach(partition -> plan.addPartitions(Replicas.newBuilder().addAllBrokerIds(partition.replicas())));
        return plan.addAllPartitions(added).build();
    }

    private int defaultPartitions(MetadataImage image) {
        return DynamicKey.NUM_PARTITIONS
                .in(image.configs().cluster())
                .map(Integer::parseInt)
                .orElse(config.numPartitions());
    }

    private int setFactor(MetadataImage image) {
        return DynamicKey.DEFAULT_REPLICATION_FACTOR
                .in(image.configs().cluster())
                .map(Integer::parseInt)
                .orElse(config.defaultReplicationFactor());
    }

    private int defaultFactor(MetadataImage image, int usable) {
        int set = setFactor(image);
        return set > 0 ? set : Math.max(1, Math.min(REPLICATION_FACTOR_AUTO_MAX, usable));
    }

    private static List<Integer> usableBrokers(MetadataImage image) {
        return image.brokers().values().stream()
                .filter(BrokerRegistration::usable)
                .map(BrokerRegistration::id)
                .toList();
    }

    private static Optional<CommandReply> checkNew(String name, MetadataImage image) {
        return image.topic(name)
                .map(present -> Replies.refusal(
                        ErrorReason.ERROR_REASON_TOPIC_EXISTS, "topic \"" + name + "\" exists already"));
    }

    private static Optional<CommandReply> checkFactor(String what, int factor, int usable, int registered) {
        if (factor >= 1 && factor <= usable) {
            return Optional.empty();
        }
        return Optional.of(Replies.refusal(
                ErrorReason.ERROR_REASON_INVALID_REPLICATION_FACTOR,
                what + " is " + factor + ", but must be at least 1 and at most the number of usable brokers,"
                        + " which is " + usable + " of " + registered + " registered"));
    }

    private static Optional<CommandReply> checkGrowth(TopicImage topic, int wanted) {
        int present = topic.partitions().size();
        if (wanted > present && wanted <= TopicRules.PARTITIONS_MAX) {
            return Optional.empty();
        }
        return Optional.of(Replies.refusal(
                ErrorReason.ERROR_REASON_INVALID_PARTITIONS,
                "partitions is " + wanted + ", but must be above the present " + present + " of topic \"" + topic.name()
                        + "\" and at most " + TopicRules.PARTITIONS_MAX));
    }

    private static Optional<CommandReply> checkPlaceable(TopicImage topic, int factor, int usable) {
        return factor <= usable
                ? Optional.empty()
                : Optional.of(Replies.refusal(
                        ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS,
                        "topic \"" + topic.name() + "\" has replication factor " + factor + ", but only " + usable
                                + " brokers are usable now"));
    }

    static CommandReply notFound(String name) {
        return TopicRules.checkName(name)
                .orElseGet(() -> Replies.refusal(
                        ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND, "topic \"" + Excerpt.of(name) + "\" does not exist"));
    }

    /** A random UUID (RFC 9562, version 4). */
    private UUID drawId(ProposeRequest proposal) {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        return new UUID(high, lowBits(proposal));
    }

    /** The user's number counts for more than the broker's: the user may have asked other brokers, too. */
    private static long lowBits(ProposeRequest proposal) {
        var creation = proposal.getCreateTopic();
        long number = creation.hasRequestId() ? creation.getRequestId() : proposal.getRequestId();
        return (number & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    }
}
