package io.kontiki.client;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.AllocateProducerIdRequest;
import io.kontiki.proto.v1.AllocateProducerIdResponse;
import io.kontiki.proto.v1.ClusterServiceGrpc;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchPartitionResult;
import io.kontiki.proto.v1.FetchRequest;
import io.kontiki.proto.v1.FetchResponse;
import io.kontiki.proto.v1.FetchServiceGrpc;
import io.kontiki.proto.v1.GetServerInfoRequest;
import io.kontiki.proto.v1.GetServerInfoResponse;
import io.kontiki.proto.v1.ListOffsetsPartitionResult;
import io.kontiki.proto.v1.ListOffsetsRequest;
import io.kontiki.proto.v1.ListOffsetsResponse;
import io.kontiki.proto.v1.MetadataServiceGrpc;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import io.kontiki.proto.v1.ProduceServiceGrpc;
import io.kontiki.proto.v1.WatchMetadataRequest;
import io.kontiki.proto.v1.WatchMetadataResponse;
import io.kontiki.record.RecordBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** One broker of a {@link FakeCluster}: does its work, unless a script says otherwise for the next request. */
final class FakeBroker {
    /** What to do with one produce request instead of the right thing. */
    interface Script {
        /** Returns false if the request was dealt with. */
        boolean handle(ProduceRequest request, StreamObserver<ProduceResponse> answers);
    }

    /** A batch as it came in. */
    record Seen(long producerId, int baseSequence, int records, int bytes, io.kontiki.record.Compression codec) {}

    private final int id;
    private final FakeCluster cluster;
    private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final List<StreamObserver<WatchMetadataResponse>> watchers = new CopyOnWriteArrayList<>();
    /** A broker that hangs keeps its connections, and says nothing. */
    private volatile boolean hanging;

    private volatile boolean silentAboutItself;

    private ScheduledExecutorService beats;
    private Server server;

    FakeBroker(int id, FakeCluster cluster) {
        this.id = id;
        this.cluster = cluster;
    }

    void start() {
        try {
            server = cluster.server(id)
                    .addService(new Produce())
                    .addService(new Fetch())
                    .addService(new Metadata())
                    .addService(new Cluster())
                    .addService(cluster.groups().new Service(id, () -> hanging))
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        beats = Executors.newSingleThreadScheduledExecutor();
        beats.scheduleWithFixedDelay(this::beat, 500, 500, TimeUnit.MILLISECONDS);
    }

    private void beat() {
        tellWatchers(cluster.beat());
    }

    /** For good, and only when asked for its limits. */
    void keepQuietAboutItself() {
        silentAboutItself = true;
    }

    /** For good. */
    void hang() {
        hanging = true;
    }

    void kill() {
        beats.shutdownNow();
        server.shutdownNow();
        try {
            if (!server.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new AssertionError("fake broker " + id + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** For the next request that no earlier script takes. */
    void onNextProduce(Script script) {
        scripts.add(script);
    }

    void refuseNext(ErrorReason reason) {
        onNextProduce((request, answers) -> {
            answer(request, answers, FakeCluster.error(reason));
            return false;
        });
    }

    static void answer(
            ProduceRequest request, StreamObserver<ProduceResponse> answers, io.kontiki.proto.v1.PartitionError error) {
        var partition = request.getPartitions(0);
        answers.onNext(ProduceResponse.newBuilder()
                .setCorrelationId(request.getCorrelationId())
                .addPartitions(ProducePartitionResult.newBuilder()
                        .setTopic(partition.getTopic())
                        .setPartition(partition.getPartition())
                        .setError(error))
                .build());
    }

    /** Stores what the next request brings and breaks the stream instead of answering. */
    void storeNextAndBreak() {
        onNextProduce((request, answers) -> {
            cluster.append(id, request.getPartitions(0));
            answers.onError(Status.UNAVAILABLE.withDescription("scripted break").asRuntimeException());
            return false;
        });
    }

    /** The connection breaks before the next request is stored. */
    void breakNextUnstored() {
        onNextProduce((request, answers) -> {
            answers.onError(Status.UNAVAILABLE.withDescription("scripted break").asRuntimeException());
            return false;
        });
    }

    /** Neither stores nor answers the next requests. */
    void ignoreNext(int requests) {
        for (int i = 0; i < requests; i++) {
            onNextProduce((request, answers) -> false);
        }
    }

    /** Stores what the next requests bring; the answers go when they are run, in their order and by one thread. */
    BlockingQueue<Runnable> holdAnswers(int requests) {
        var held = new LinkedBlockingQueue<Runnable>();
        for (int i = 0; i < requests; i++) {
            onNextProduce((request, answers) -> {
                var result = cluster.append(id, request.getPartitions(0));
                held.add(() -> answers.onNext(ProduceResponse.newBuilder()
                        .setCorrelationId(request.getCorrelationId())
                        .addPartitions(result)
                        .build()));
                return false;
            });
        }
        return held;
    }

    List<Seen> seen() {
        return seen;
    }

    void tellWatchers(WatchMetadataResponse change) {
        if (hanging) {
            return;
        }
        watchers.forEach(watcher -> {
            synchronized (watcher) {
                watcher.onNext(change);
            }
        });
    }

    /** With a handler, an answer to a client that is gone is no error. */
    private static void onCancel(StreamObserver<?> answers, Runnable action) {
        ((ServerCallStreamObserver<?>) answers).setOnCancelHandler(action);
    }

    private final class Produce extends ProduceServiceGrpc.ProduceServiceImplBase {
        @Override
        public StreamObserver<ProduceRequest> produce(StreamObserver<ProduceResponse> answers) {
            onCancel(answers, () -> {});
            return new StreamObserver<>() {
                private boolean broken;

                @Override
                public void onNext(ProduceRequest request) {
                    if (hanging) {
                        return;
                    }
                    var bytes = request.getPartitions(0).getRecords().asReadOnlyByteBuffer();
                    var batch = RecordBatch.at(bytes, 0);
                    seen.add(new Seen(
                            batch.producerId(),
                            batch.baseSequence(),
                            batch.recordCount(),
                            batch.sizeInBytes(),
                            batch.compression()));
                    var script = scripts.poll();
                    if (broken || script != null && !script.handle(request, answers)) {
                        return;
                    }
                    var result = cluster.append(id, request.getPartitions(0));
                    if (request.getAcks() != io.kontiki.proto.v1.Acks.ACKS_NONE || result.hasError()) {
                        answers.onNext(ProduceResponse.newBuilder()
                                .setCorrelationId(request.getCorrelationId())
                                .addPartitions(result)
                                .build());
                    }
                }

                @Override
                public void onError(Throwable error) {
                    broken = true;
                }

                @Override
                public void onCompleted() {
                    answers.onCompleted();
                }
            };
        }

        @Override
        public void allocateProducerId(
                AllocateProducerIdRequest request, StreamObserver<AllocateProducerIdResponse> answer) {
            answer.onNext(AllocateProducerIdResponse.newBuilder()
                    .setProducerId(cluster.allocateProducerId())
                    .build());
            answer.onCompleted();
        }
    }

    private final class Cluster extends ClusterServiceGrpc.ClusterServiceImplBase {
        @Override
        public void getServerInfo(GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> answer) {
            if (hanging || silentAboutItself) {
                return;
            }
            answer.onNext(GetServerInfoResponse.newBuilder()
                    .setMaxMessageBytes(2_000_000)
                    .build());
            answer.onCompleted();
        }
    }

    private final class Metadata extends MetadataServiceGrpc.MetadataServiceImplBase {
        @Override
        public void watchMetadata(WatchMetadataRequest request, StreamObserver<WatchMetadataResponse> answers) {
            onCancel(answers, () -> watchers.remove(answers));
            if (hanging) {
                return;
            }
            synchronized (answers) {
                watchers.add(answers);
                answers.onNext(cluster.metadata(true));
            }
        }
    }

    /** Answers at once, also without data: the client's own pace is not under test here. */
    private final class Fetch extends FetchServiceGrpc.FetchServiceImplBase {
        @Override
        public StreamObserver<FetchRequest> fetch(StreamObserver<FetchResponse> answers) {
            onCancel(answers, () -> {});
            return new StreamObserver<>() {
                @Override
                public void onNext(FetchRequest request) {
                    if (hanging) {
                        return;
                    }
                    var response = FetchResponse.newBuilder().setCorrelationId(request.getCorrelationId());
                    request.getPartitionsList().forEach(wanted -> {
                        var result = FetchPartitionResult.newBuilder()
                                .setTopic(wanted.getTopic())
                                .setPartition(wanted.getPartition());
                        long end = cluster.endOffset(wanted.getPartition());
                        if (wanted.hasTopicId() && cluster.refuses(wanted.getTopicId())) {
                            result.setError(FakeCluster.error(ErrorReason.ERROR_REASON_TOPIC_ID_UNKNOWN));
                        } else if (cluster.leaderOf(wanted.getPartition()) != id) {
                            result.setError(cluster.notLeaderOf(wanted.getPartition()));
                        } else if (wanted.hasLastEpoch()
                                && cluster.endOf(wanted.getPartition(), wanted.getLastEpoch()) < wanted.getOffset()) {
                            result.setError(FakeCluster.error(ErrorReason.ERROR_REASON_OFFSET_OUT_OF_RANGE))
                                    .setDivergingOffset(cluster.endOf(wanted.getPartition(), wanted.getLastEpoch()));
                        } else if (wanted.getOffset() > end) {
                            result.setError(FakeCluster.error(ErrorReason.ERROR_REASON_OFFSET_OUT_OF_RANGE));
                        } else {
                            result.setRecords(cluster.read(wanted.getPartition(), wanted.getOffset()));
                        }
                        response.addPartitions(result.setHighWatermark(end));
                    });
                    answers.onNext(response.build());
                }

                @Override
                public void onError(Throwable error) {
                    // The client went away.
                }

                @Override
                public void onCompleted() {
                    answers.onCompleted();
                }
            };
        }

        @Override
        public void listOffsets(ListOffsetsRequest request, StreamObserver<ListOffsetsResponse> answer) {
            if (hanging) {
                return;
            }
            var response = ListOffsetsResponse.newBuilder();
            request.getPartitionsList().forEach(wanted -> {
                var result = ListOffsetsPartitionResult.newBuilder()
                        .setTopic(wanted.getTopic())
                        .setPartition(wanted.getPartition());
                if (wanted.hasTopicId() && cluster.refuses(wanted.getTopicId())) {
                    result.setError(FakeCluster.error(ErrorReason.ERROR_REASON_TOPIC_ID_UNKNOWN));
                } else if (cluster.leaderOf(wanted.getPartition()) != id) {
                    result.setError(cluster.notLeaderOf(wanted.getPartition()));
                } else if (wanted.getSpec().getEarliest()) {
                    result.setOffset(0);
                } else if (wanted.getSpec().getLatest() || wanted.getSpec().getRecordsEnd()) {
                    result.setOffset(cluster.endOffset(wanted.getPartition()));
                }
                response.addPartitions(result);
            });
            answer.onNext(response.build());
            answer.onCompleted();
        }
    }
}
