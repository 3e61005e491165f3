package io.kontiki.group;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.Applied;
import io.kontiki.metadata.command.TestQuorum;
import io.kontiki.proto.internal.v1.AddPartitions;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.DeleteTopic;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.proto.v1.ErrorReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The metadata quorum of a swarm: applies what is proposed by the real rules, at once or late, and now and then loses
 * a proposal or its outcome, or applies a command twice.
 */
final class SwarmQuorum {
    /** Hears of each entry of the log. */
    interface Listener {
        void onApplied(MetadataImage before, Command command, Applied applied);
    }

    /** What becomes of a proposal. */
    interface Outcome {
        void accept(CommandReply reply, long index);
    }

    private final SwarmTime time;
    private final Random random;
    private final TestQuorum quorum;
    private final List<Listener> listeners = new ArrayList<>();
    private int topics;
    boolean faulty = true;

    SwarmQuorum(SwarmTime time, Random random, int... brokers) {
        this.time = time;
        this.random = random;
        this.quorum = TestQuorum.withBrokers(brokers);
    }

    void listen(Listener listener) {
        listeners.add(listener);
    }

    MetadataImage image() {
        return quorum.image();
    }

    void propose(Command command, Outcome outcome) {
        if (faulty && random.nextInt(100) == 0) {
            unknown(outcome);
            return;
        }
        time.after(delay(), () -> {
            var stamped = command.toBuilder().setTimestampMs(time.now()).build();
            var reply = apply(stamped);
            long index = image().position().index();
            if (faulty && random.nextInt(50) == 0) {
                // A retry of the transport, when nobody thinks of it any more.
                time.after(random.nextInt(500), () -> apply(stamped));
            }
            if (faulty && random.nextInt(100) == 0) {
                unknown(outcome);
            } else {
                time.after(delay(), () -> outcome.accept(reply, index));
            }
        });
    }

    private void unknown(Outcome outcome) {
        var reply = CommandReply.newBuilder()
                .setReason(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE)
                .build();
        time.after(random.nextInt(1000), () -> outcome.accept(reply, 0));
    }

    private long delay() {
        return random.nextInt(20) == 0 ? random.nextInt(300) : 1 + random.nextInt(8);
    }

    private CommandReply apply(Command command) {
        var before = image();
        var reply = quorum.apply(command);
        listeners.forEach(listener -> listener.onApplied(before, command, quorum.last()));
        return reply;
    }

    void fence(int broker) {
        if (image().usable(broker)) {
            apply(quorum.fencing(broker).build());
        }
    }

    void unfence(int broker) {
        if (!image().usable(broker)) {
            apply(quorum.unfencing(broker).build());
        }
    }

    void createTopic(int partitions) {
        int number = topics++;
        @SuppressWarnings({"unchecked", "rawtypes"})
        List<Integer>[] replicas = new List[partitions];
        Arrays.fill(replicas, List.of(1));
        apply(Command.newBuilder()
                .setCreateTopic(
                        TestQuorum.createTopic(new UUID(random.nextLong(), number), "t" + number, Map.of(), replicas)
                                .toBuilder()
                                .setAssumedIndex(image().position().index()))
                .build());
    }

    void deleteTopic() {
        topic(topic -> apply(Command.newBuilder()
                .setDeleteTopic(DeleteTopic.newBuilder().setTopicId(UuidBytes.toBytes(topic.id())))
                .build()));
    }

    void growTopic() {
        topic(topic -> {
            if (topic.partitions().size() < 40) {
                apply(Command.newBuilder()
                        .setAddPartitions(AddPartitions.newBuilder()
                                .setTopicId(UuidBytes.toBytes(topic.id()))
                                .setExpectedPartitions(topic.partitions().size())
                                .addPartitions(Replicas.newBuilder().addBrokerIds(1)))
                        .build());
            }
        });
    }

    private void topic(Consumer<TopicImage> action) {
        var all = List.copyOf(image().topics().all());
        if (!all.isEmpty()) {
            action.accept(all.get(random.nextInt(all.size())));
        }
    }
}
