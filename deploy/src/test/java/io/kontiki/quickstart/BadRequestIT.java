package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.proto.v1.AlterTopicRequest;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.DeleteTopicRequest;
import io.kontiki.proto.v1.DescribeTopicRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PartitionError;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.proto.v1.PublishRecord;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of bad request gets an error of its own that says what is wrong, and the broker goes on. */
class BadRequestIT {
    private static final String TOPIC = "good";
    private static final int MESSAGE_BYTES_MAX = 1048588;

    private static BrokerProcess broker;
    private static RawClient client;

    @BeforeAll
    static void start() throws IOException {
        broker = SingleBroker.started("bad-requests");
        client = new RawClient(broker);
        client.topics()
                .createTopic(CreateTopicRequest.newBuilder()
                        .setName(TOPIC)
                        .setPartitions(1)
                        .setReplicationFactor(1)
                        .build());
        // The quorum has the topic; its leader may not have heard of it yet.
        await().until(() -> !client.produce(TOPIC, 0, batch(1)).hasError());
    }

    @AfterAll
    static void stop() {
        if (client != null) {
            client.close();
        }
        if (broker != null) {
            SingleBroker.stop(broker);
        }
    }

    @AfterEach
    void brokerGoesOn() {
        ProducePartitionResult produced = client.produce(TOPIC, 0, batch(100));

        assertThat(produced.hasError()).as(produced.toString()).isFalse();
        assertThat(client.fetch(TOPIC, 0, produced.getBaseOffset()).getHighWatermark())
                .isGreaterThan(produced.getBaseOffset());
    }

    @Test
    void unknownTopicIsNotFound() {
        assertRefused(
                "TOPIC_NOT_FOUND",
                "nowhere",
                () -> client.topics()
                        .describeTopic(DescribeTopicRequest.newBuilder()
                                .setName("nowhere")
                                .build()));
        assertRefused(
                "TOPIC_NOT_FOUND",
                "nowhere",
                () -> client.topics()
                        .deleteTopic(DeleteTopicRequest.newBuilder()
                                .setName("nowhere")
                                .build()));
        assertRefused("TOPIC_NOT_FOUND", "nowhere", () -> publish("nowhere", PublishRecord.getDefaultInstance()));
        assertRefused(
                ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND,
                "nowhere",
                client.produce("nowhere", 0, batch(1)).getError());
        assertRefused(
                ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND,
                "nowhere",
                client.fetch("nowhere", 0, 0).getError());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1, Integer.MAX_VALUE})
    void partitionOutOfRangeIsNotFound(int partition) {
        String number = Integer.toString(partition);
        assertRefused(
                ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND,
                number,
                client.produce(TOPIC, partition, batch(1)).getError());
        assertRefused(
                ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND,
                number,
                client.fetch(TOPIC, partition, 0).getError());
        assertRefused(
                "PARTITION_NOT_FOUND",
                number,
                () -> publish(
                        TOPIC,
                        PublishRecord.newBuilder().setPartition(partition).build()));
    }

    @Test
    void offsetOutOfRangeIsTold() {
        assertRefused(
                ErrorReason.ERROR_REASON_OFFSET_OUT_OF_RANGE,
                "1000000",
                client.fetch(TOPIC, 0, 1_000_000).getError());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 2, 100_000})
    void replicationFactorBelowOneOrAboveTheBrokersIsRefused(int factor) {
        assertRefused(
                "INVALID_REPLICATION_FACTOR",
                Integer.toString(factor),
                () -> client.topics()
                        .createTopic(CreateTopicRequest.newBuilder()
                                .setName("replicated")
                                .setReplicationFactor(factor)
                                .build()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 10_001})
    void partitionCountOutOfRangeIsRefused(int partitions) {
        assertRefused(
                "INVALID_PARTITIONS",
                Integer.toString(partitions),
                () -> client.topics()
                        .createTopic(CreateTopicRequest.newBuilder()
                                .setName("partitioned")
                                .setPartitions(partitions)
                                .build()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a b", "ü", "../../etc/passwd"})
    void illegalNamesAreRefused(String name) {
        assertRefused("INVALID_TOPIC_NAME", name, () -> create(name));
    }

    @Test
    void nameOf250CharactersIsTooLongAndOneOf249IsNot() {
        assertRefused("INVALID_TOPIC_NAME", "249", () -> create("n".repeat(250)));
        create("n".repeat(249));
    }

    @Test
    void topicThatExistsIsNotMadeAgain() {
        assertRefused("TOPIC_EXISTS", TOPIC, () -> create(TOPIC));
    }

    @ParameterizedTest
    @CsvSource({"no.such.key, 1", "flush.mode, sometimes", "min.insync.replicas, 0", "segment.bytes, 1"})
    void unknownConfigurationIsRefused(String key, String value) {
        assertRefused(
                "INVALID_CONFIG",
                key,
                () -> client.topics()
                        .alterTopic(AlterTopicRequest.newBuilder()
                                .setName(TOPIC)
                                .putSetConfigs(key, value)
                                .build()));
    }

    @Test
    void wrongCrcIsRefused() {
        byte[] bytes = batch(100).toByteArray();
        bytes[bytes.length - 1] ^= 1;

        assertRefused(
                ErrorReason.ERROR_REASON_CORRUPT_BATCH,
                "",
                client.produce(TOPIC, 0, ByteString.copyFrom(bytes)).getError());
    }

    @Test
    void truncatedBatchesAreRefused() {
        ByteString batch = batch(100);
        for (int length : List.of(0, 1, 11, 12, 60, 61, batch.size() - 1)) {
            assertRefused(
                    ErrorReason.ERROR_REASON_CORRUPT_BATCH,
                    Integer.toString(length),
                    client.produce(TOPIC, 0, batch.substring(0, length)).getError());
        }
    }

    @Test
    void batchAboveTheLimitIsTooLarge() {
        assertRefused(
                ErrorReason.ERROR_REASON_RECORD_TOO_LARGE,
                Integer.toString(MESSAGE_BYTES_MAX),
                client.produce(TOPIC, 0, batch(MESSAGE_BYTES_MAX)).getError());
        assertRefused(
                "RECORD_TOO_LARGE",
                Integer.toString(MESSAGE_BYTES_MAX),
                () -> publish(
                        TOPIC,
                        PublishRecord.newBuilder()
                                .setValue(ByteString.copyFrom(new byte[MESSAGE_BYTES_MAX]))
                                .build()));
    }

    @Test
    void requestAboveTheLimitOfGrpcEndsItsStreamOnly() {
        Throwable thrown = catchThrowable(() -> client.produce(TOPIC, 0, batch(8 << 20)));

        assertThat(Status.fromThrowable(thrown).getCode())
                .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.INVALID_ARGUMENT);
    }

    private static void create(String name) {
        client.topics()
                .createTopic(CreateTopicRequest.newBuilder().setName(name).build());
    }

    private static void publish(String topic, PublishRecord record) {
        client.publish()
                .publish(PublishRequest.newBuilder()
                        .setTopic(topic)
                        .addRecords(record)
                        .build());
    }

    /** A batch of one record with a value of so many bytes. */
    private static ByteString batch(int valueBytes) {
        RecordBatchBuilder builder = new RecordBatchBuilder(valueBytes + 1024);
        builder.add(0, null, ByteBuffer.allocate(valueBytes), List.of());
        return ByteString.copyFrom(builder.build());
    }

    private static void assertRefused(ErrorReason reason, String named, PartitionError error) {
        assertThat(error.getReason()).as(error.getMessage()).isEqualTo(reason);
        assertThat(error.getMessage()).isNotBlank().contains(named);
    }

    private static void assertRefused(String reason, String named, ThrowingCallable call) {
        StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(thrown).isNotNull();
        assertThat(reason(thrown)).as(thrown.getMessage()).isEqualTo(reason);
        assertThat(thrown.getStatus().getDescription()).isNotBlank().contains(named);
    }

    /** The reason in the details of a gRPC status. */
    private static String reason(Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        try {
            for (Any detail : StatusProto.fromThrowable(cause).getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    return detail.unpack(ErrorInfo.class).getReason();
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("no ErrorInfo in " + thrown);
    }
}
