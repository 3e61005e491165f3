package io.kontiki.client;

import com.google.protobuf.ByteString;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.Partition;
import io.kontiki.proto.v1.PartitionError;
import io.kontiki.proto.v1.ProducePartition;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.proto.v1.Topic;
import io.kontiki.proto.v1.WatchMetadataResponse;
import io.kontiki.record.BatchValidator;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.Sequences;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Brokers in this process that share one set of logs, as if replication took no time. Sequences are checked as rules D3
 * and D4 ask. Every method holds the one lock.
 */
final class FakeCluster implements Transport, AutoCloseable {
    static final String TOPIC = "orders";

    private static final String HOST = "127.0.0.1";

    private final boolean tcp;
    private final Map<Integer, Integer> ports = new HashMap<>();
    private final String prefix = UUID.randomUUID() + "-";
    private final Map<Integer, FakeBroker> brokers = new TreeMap<>();
    private final List<PartitionLog> logs = new ArrayList<>();
    private final FakeGroups groups;
    private byte topicGeneration = 1;
    private int refusedIds;
    private long version = 10;
    private long nextProducerId = 1000;
    private int maxBatchBytes = Integer.MAX_VALUE;

    /** One partition, led by one broker. */
    private static final class PartitionLog {
        private final List<ByteBuffer> batches = new ArrayList<>();
        private final Map<Long, Integer> nextSequences = new HashMap<>();
        private final Map<String, Long> offsets = new HashMap<>();
        private int leader;
        private int leaderEpoch = 1;
        private long endOffset;
    }

    FakeCluster(int brokerCount, int partitionCount) {
        this(brokerCount, partitionCount, false);
    }

    /** @param tcp over real connections instead of calls inside the process */
    FakeCluster(int brokerCount, int partitionCount, boolean tcp) {
        this.tcp = tcp;
        this.groups = new FakeGroups(partitionCount);
        for (int id = 1; id <= brokerCount; id++) {
            ports.put(id, tcp ? freePort() : 10_000 + id);
            brokers.put(id, new FakeBroker(id, this));
        }
        for (int partition = 0; partition < partitionCount; partition++) {
            var log = new PartitionLog();
            log.leader = 1 + partition % brokerCount;
            logs.add(log);
        }
        brokers.values().forEach(FakeBroker::start);
    }

    /** The consumer group, the only one. */
    FakeGroups groups() {
        return groups;
    }

    /** Of the one topic, as it is now. */
    synchronized ByteString topicId() {
        return ByteString.copyFrom(new byte[] {topicGeneration, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
    }

    /** Whether this is another topic's id, and counts those that are. */
    synchronized boolean refuses(ByteString id) {
        boolean other = !id.equals(topicId());
        refusedIds += other ? 1 : 0;
        return other;
    }

    /** How many ids of other topics were named so far. */
    synchronized int refusedIds() {
        return refusedIds;
    }

    /** Deletes the topic and makes it again, empty, under the same name. */
    void makeTopicAgain() {
        makeTopicAgainQuietly();
        tellWatchers();
    }

    /** As {@link #makeTopicAgain}, but the metadata of clients lag behind until {@link #tellWatchers}. */
    synchronized void makeTopicAgainQuietly() {
        topicGeneration++;
        logs.forEach(log -> {
            log.batches.clear();
            log.endOffset = 0;
            log.leaderEpoch = 1;
        });
        version++;
    }

    private String serverName(int port) {
        return prefix + port;
    }

    int port(int brokerId) {
        return ports.get(brokerId);
    }

    /** A server that is not started yet. */
    ServerBuilder<?> server(int brokerId) {
        int port = port(brokerId);
        return tcp
                ? NettyServerBuilder.forAddress(new InetSocketAddress(HOST, port))
                : InProcessServerBuilder.forName(serverName(port));
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Addresses of all brokers, for a builder. */
    String bootstrap() {
        return String.join(
                ",", brokers.keySet().stream().map(id -> HOST + ":" + port(id)).toList());
    }

    @Override
    public ManagedChannel open(HostPort address, ClientInterceptor listener) {
        return tcp
                ? new NettyTransport("test", 1 << 20).open(address, listener)
                : InProcessChannelBuilder.forName(serverName(address.port()))
                        .intercept(listener)
                        .build();
    }

    synchronized FakeBroker broker(int id) {
        return brokers.get(id);
    }

    /** From now on larger batches are refused. */
    synchronized void limitBatches(int bytes) {
        maxBatchBytes = bytes;
    }

    synchronized long allocateProducerId() {
        return nextProducerId++;
    }

    synchronized int leaderOf(int partition) {
        return logs.get(partition).leader;
    }

    /** Makes another broker the leader and tells all watchers; 0 means that there is none. */
    void elect(int partition, int leader) {
        synchronized (this) {
            var log = logs.get(partition);
            log.leader = leader;
            log.leaderEpoch++;
            version++;
        }
        tellWatchers();
    }

    /** As {@link #elect}, but watchers are not told: only refusals show the new leader. */
    synchronized void electQuietly(int partition, int leader) {
        var log = logs.get(partition);
        log.leader = leader;
        log.leaderEpoch++;
        version++;
    }

    /** Sends all clients the metadata as they are now. */
    void tellWatchers() {
        var change = metadata(false);
        brokers.values().forEach(broker -> broker.tellWatchers(change));
    }

    /** Address of one broker. */
    String address(int id) {
        return HOST + ":" + port(id);
    }

    synchronized WatchMetadataResponse beat() {
        return WatchMetadataResponse.newBuilder()
                .setClusterId("test-cluster")
                .setVersion(version)
                .build();
    }

    synchronized WatchMetadataResponse metadata(boolean full) {
        var message = WatchMetadataResponse.newBuilder()
                .setClusterId("test-cluster")
                .setVersion(version)
                .setFull(full);
        brokers.keySet()
                .forEach(id -> message.addBrokersBuilder()
                        .setId(id)
                        .setHost(HOST)
                        .setPort(port(id))
                        .setEpoch(1));
        var topic = Topic.newBuilder().setId(topicId()).setName(TOPIC);
        for (int i = 0; i < logs.size(); i++) {
            var log = logs.get(i);
            var partition = Partition.newBuilder()
                    .setPartition(i)
                    .setLeaderEpoch(log.leaderEpoch)
                    .addAllReplicas(brokers.keySet());
            if (log.leader != 0) {
                partition.setLeader(log.leader);
            }
            topic.addPartitions(partition);
        }
        return message.addTopics(topic).build();
    }

    /** What the leader would do with a batch. */
    synchronized ProducePartitionResult append(int brokerId, ProducePartition request) {
        var result =
                ProducePartitionResult.newBuilder().setTopic(request.getTopic()).setPartition(request.getPartition());
        var log = logs.get(request.getPartition());
        if (log.leader != brokerId) {
            return result.setError(notLeader(log)).build();
        }
        var bytes = ByteBuffer.wrap(request.getRecords().toByteArray());
        var batch = RecordBatch.at(bytes, 0);
        if (!isValid(bytes)) {
            return result.setError(error(ErrorReason.ERROR_REASON_CORRUPT_BATCH))
                    .build();
        }
        if (bytes.limit() > maxBatchBytes) {
            return result.setError(error(ErrorReason.ERROR_REASON_RECORD_TOO_LARGE))
                    .build();
        }
        if (batch.hasProducerId()) {
            var known = log.offsets.get(batch.producerId() + "/" + batch.baseSequence());
            if (known != null) {
                return result.setBaseOffset(known).build();
            }
            var expected = log.nextSequences.get(batch.producerId());
            if (expected == null && batch.baseSequence() != 0) {
                return result.setError(error(ErrorReason.ERROR_REASON_UNKNOWN_PRODUCER))
                        .build();
            }
            if (expected != null && expected != batch.baseSequence()) {
                return result.setError(error(ErrorReason.ERROR_REASON_OUT_OF_ORDER_SEQUENCE))
                        .build();
            }
            log.nextSequences.put(batch.producerId(), Sequences.plus(batch.baseSequence(), batch.recordCount()));
            log.offsets.put(batch.producerId() + "/" + batch.baseSequence(), log.endOffset);
        }
        long offset = store(log, bytes, batch);
        return result.setBaseOffset(offset).build();
    }

    private static boolean isValid(ByteBuffer batch) {
        try {
            BatchValidator.validate(batch, Integer.MAX_VALUE);
            return true;
        } catch (InvalidBatchException e) {
            return false;
        }
    }

    private static long store(PartitionLog log, ByteBuffer bytes, RecordBatch batch) {
        long offset = log.endOffset;
        log.endOffset += batch.recordCount();
        RecordBatchBuilder.stampLeader(bytes, offset, log.leaderEpoch);
        log.batches.add(bytes);
        return offset;
    }

    /** Puts bytes of one batch into the log, as they are. */
    synchronized void appendRaw(int partition, ByteBuffer bytes) {
        store(logs.get(partition), bytes, RecordBatch.at(bytes, 0));
    }

    synchronized void forgetProducers(int partition) {
        logs.get(partition).nextSequences.clear();
        logs.get(partition).offsets.clear();
    }

    synchronized PartitionError notLeaderOf(int partition) {
        return notLeader(logs.get(partition));
    }

    private PartitionError notLeader(PartitionLog log) {
        var error = error(ErrorReason.ERROR_REASON_NOT_LEADER).toBuilder();
        if (log.leader != 0) {
            error.getLeaderHintBuilder()
                    .setLeaderId(log.leader)
                    .setLeaderEpoch(log.leaderEpoch)
                    .setHost(HOST)
                    .setPort(port(log.leader));
        }
        return error.build();
    }

    static PartitionError error(ErrorReason reason) {
        return PartitionError.newBuilder()
                .setReason(reason)
                .setMessage("scripted")
                .build();
    }

    /** An unclean election: what is from this offset on is lost, and another broker leads. */
    void loseFrom(int partition, long offset, int leader) {
        synchronized (this) {
            var log = logs.get(partition);
            log.batches.removeIf(batch -> RecordBatch.at(batch, 0).baseOffset() >= offset);
            log.endOffset = offset;
        }
        elect(partition, leader);
    }

    /** Where the epoch ends in the log (rule F3). */
    synchronized long endOf(int partition, int epoch) {
        for (var bytes : logs.get(partition).batches) {
            var batch = RecordBatch.at(bytes, 0);
            if (batch.leaderEpoch() > epoch) {
                return batch.baseOffset();
            }
        }
        return endOffset(partition);
    }

    synchronized long endOffset(int partition) {
        return logs.get(partition).endOffset;
    }

    /** Whole batches from the one on that holds this offset. */
    synchronized ByteString read(int partition, long offset) {
        var bytes = ByteString.EMPTY;
        for (var batch : logs.get(partition).batches) {
            if (RecordBatch.at(batch, 0).lastOffset() >= offset) {
                bytes = bytes.concat(ByteString.copyFrom(batch.duplicate()));
            }
        }
        return bytes;
    }

    /** The values in the log, in order. */
    synchronized List<String> values(int partition) {
        var values = new ArrayList<String>();
        for (var batch : logs.get(partition).batches) {
            for (var record : RecordBatch.at(batch, 0)) {
                values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
            }
        }
        return values;
    }

    @Override
    public void close() {
        brokers.values().forEach(FakeBroker::kill);
    }
}
