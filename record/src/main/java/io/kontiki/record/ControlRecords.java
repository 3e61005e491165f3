package io.kontiki.record;

import java.nio.ByteBuffer;
import java.util.List;

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

    private static final short KEY_VERSION = 0;
    private static final short LEADER_CHANGE_VERSION = 0;

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
        ByteBuffer key = ByteBuffer.allocate(4)
                .putShort(KEY_VERSION)
                .putShort(Type.LEADER_CHANGE.id())
                .flip();
        int lists = 2 * 5 + 5 * (voters.size() + grantingVoters.size());
        ByteBuffer value = ByteBuffer.allocate(2 + 4 + lists + 1);
        value.putShort(LEADER_CHANGE_VERSION).putInt(leaderId);
        writeVoters(value, voters);
        writeVoters(value, grantingVoters);
        writeNoTags(value);
        RecordBatchBuilder batch = new RecordBatchBuilder(RecordBatchBuilder.MIN_BYTES + value.capacity() + 64);
        batch.add(timestampMs, key, value.flip(), List.of());
        return batch.build(
                BatchHeader.NO_PRODUCER_ID,
                BatchHeader.NO_PRODUCER_EPOCH,
                BatchHeader.NO_SEQUENCE,
                BatchHeader.CONTROL_BIT);
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
