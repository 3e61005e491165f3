package io.kontiki.record;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Batches that the log writes for itself. A control record's key is {@code version int16, type int16}; its value depends
 * on the type. Clients skip such batches.
 */
public final class ControlRecords {
    /** Types of control records, by the number that the key holds. */
    public enum Type {
        ABORT(0),
        COMMIT(1),
        LEADER_CHANGE(2);

        private final short id;

        Type(int id) {
            this.id = (short) id;
        }

        public short id() {
            return id;
        }
    }

    private static final int KEY_BYTES = 4;
    private static final short KEY_VERSION = 0;
    private static final short LEADER_CHANGE_VERSION = 0;
    private static final short END_TRANSACTION_VERSION = 0;

    private ControlRecords() {}

    /**
     * The batch with which a leader opens its epoch (rule L17), ready for the leader's stamp. Its value is Kafka's
     * LeaderChangeMessage, version 0: {@code version int16, leader int32, voters, granting voters, tags}, the two lists
     * as length + 1 and then {@code id int32, tags} each; tags are an empty list here.
     *
     * @param voters the replicas that may vote; here the replicas of the partition
     * @param grantingVoters those that made the leader one; here the in-sync replicas at that time
     */
    public static ByteBuffer leaderChange(
            int leaderId, List<Integer> voters, List<Integer> grantingVoters, long timestampMs) {
        int lists = 2 * 5 + 5 * (voters.size() + grantingVoters.size());
        ByteBuffer value = ByteBuffer.allocate(2 + 4 + lists + 1);
        value.putShort(LEADER_CHANGE_VERSION).putInt(leaderId);
        writeVoters(value, voters);
        writeVoters(value, grantingVoters);
        writeNoTags(value);
        return control(Type.LEADER_CHANGE, value.flip(), timestampMs)
                .build(
                        BatchHeader.NO_PRODUCER_ID,
                        BatchHeader.NO_PRODUCER_EPOCH,
                        BatchHeader.NO_SEQUENCE,
                        BatchHeader.CONTROL_BIT);
    }

    /**
     * The marker that ends a producer's transaction, ready for the leader's stamp. Its value is Kafka's EndTxnMarker,
     * version 0: {@code version int16, coordinator epoch int32}.
     *
     * @param type {@link Type#COMMIT} or {@link Type#ABORT}
     * @throws IllegalArgumentException for another type
     */
    public static ByteBuffer endTransaction(
            Type type, long producerId, short producerEpoch, int coordinatorEpoch, long timestampMs) {
        if (type != Type.COMMIT && type != Type.ABORT) {
            throw new IllegalArgumentException("type is " + type + ", a transaction ends with COMMIT or ABORT");
        }
        ByteBuffer value = ByteBuffer.allocate(Short.BYTES + Integer.BYTES)
                .putShort(END_TRANSACTION_VERSION)
                .putInt(coordinatorEpoch)
                .flip();
        return control(type, value, timestampMs)
                .build(
                        producerId,
                        producerEpoch,
                        BatchHeader.NO_SEQUENCE,
                        BatchHeader.CONTROL_BIT | BatchHeader.TRANSACTIONAL_BIT);
    }

    /** The type that a control record's key names; empty if this version does not know it, or it is too short for one. */
    public static Optional<Type> typeOf(ByteBuffer key) {
        if (key.remaining() < KEY_BYTES) {
            return Optional.empty();
        }
        short id = key.getShort(key.position() + Short.BYTES);
        return Arrays.stream(Type.values()).filter(type -> type.id == id).findFirst();
    }

    private static RecordBatchBuilder control(Type type, ByteBuffer value, long timestampMs) {
        ByteBuffer key = ByteBuffer.allocate(KEY_BYTES)
                .putShort(KEY_VERSION)
                .putShort(type.id())
                .flip();
        RecordBatchBuilder batch = new RecordBatchBuilder(RecordBatchBuilder.MIN_BYTES + value.remaining() + 64);
        batch.add(timestampMs, key, value, List.of());
        return batch;
    }

    private static void writeVoters(ByteBuffer target, List<Integer> voters) {
        Varints.writeUnsigned(target, voters.size() + 1L);
        for (int voter : voters) {
            target.putInt(voter);
            writeNoTags(target);
        }
    }

    private static void writeNoTags(ByteBuffer target) {
        Varints.writeUnsigned(target, 0);
    }
}
