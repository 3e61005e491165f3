package io.kontiki.benchmark;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.kontiki.benchmark.group.MemberCommits;
import io.kontiki.client.NewTopic;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.LocalCluster;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.CommitOffsetsResponse;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.GroupServiceGrpc.GroupServiceStub;
import io.kontiki.proto.v1.OffsetToCommit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Commits per second. First of one partition each, of many groups, by calls from outside of the groups over the brokers of a cluster of three in turn: two thirds of
 * them reach a broker that does not coordinate their group. A bounded number is under way, so that the figure is what the
 * cluster takes and the times are those of a cluster that is fully used. Then {@link MemberCommits}.
 */
final class CommitsBenchmark {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int BROKERS = 3;
    private static final int GROUPS = 600;
    private static final int UNDER_WAY = 1500;
    private static final int ROUNDS = 3;
    private static final String TOPIC = "commits";

    private final Path distribution;
    private final Path directory;
    private final int commits;

    /** @param thousands of commits in each round */
    CommitsBenchmark(Path distribution, Path directory, int thousands) {
        this.distribution = distribution;
        this.directory = directory;
        this.commits = thousands * 1000;
    }

    void run() throws IOException, InterruptedException {
        Figures rates = new Figures();
        Figures medians = new Figures();
        Figures late = new Figures();
        try (LocalCluster cluster = LocalCluster.create(distribution, directory, BROKERS);
                ClusterView view = new ClusterView(cluster.bootstrap())) {
            cluster.startAll();
            cluster.awaitReady(view, PATIENCE);
            view.admin().createTopic(NewTopic.named(TOPIC).withPartitions(1).withReplicationFactor(BROKERS));
            List<ManagedChannel> channels =
                    cluster.brokers().stream().map(CommitsBenchmark::connect).toList();
            try {
                new Round(channels).run();
                ProcessorTime processors = new ProcessorTime(cluster);
                for (int round = 0; round < ROUNDS; round++) {
                    Round measured = new Round(channels);
                    double seconds = measured.run();
                    rates.add(commits / seconds);
                    medians.add(measured.quantileMillis(0.5));
                    late.add(measured.quantileMillis(0.99));
                    System.out.printf(
                            Locale.ROOT,
                            "round %d: %d commits in %.2f s, %d calls repeated%n",
                            round,
                            commits,
                            seconds,
                            measured.repeated.get());
                }
                System.out.println("processor time of one: " + processors.perOne((long) ROUNDS * commits));
            } finally {
                channels.forEach(ManagedChannel::shutdownNow);
            }
            System.out.println("commits of one partition from outside of the groups, " + UNDER_WAY + " under way: "
                    + rates.summary("commits/s"));
            System.out.println("time of one, median: " + medians.summary("ms"));
            System.out.println("time of one, 99 of 100: " + late.summary("ms"));
            new MemberCommits(cluster, view).run();
        }
    }

    private static ManagedChannel connect(BrokerProcess broker) {
        return NettyChannelBuilder.forTarget(broker.endpoint()).usePlaintext().build();
    }

    private static CommitOffsetsRequest request(int number) {
        return CommitOffsetsRequest.newBuilder()
                .setGroupId("group-" + number % GROUPS)
                .addOffsets(OffsetToCommit.newBuilder().setTopic(TOPIC).setOffset(number))
                .build();
    }

    /** So many commits, one after another as far as the limit allows. */
    private final class Round {
        private final List<GroupServiceStub> stubs;
        private final Semaphore free = new Semaphore(UNDER_WAY);
        private final long[] nanos = new long[commits];
        private final AtomicInteger answered = new AtomicInteger();
        private final AtomicInteger repeated = new AtomicInteger();
        private final AtomicReference<String> failure = new AtomicReference<>("");

        Round(List<ManagedChannel> channels) {
            stubs = channels.stream().map(GroupServiceGrpc::newStub).toList();
        }

        /** Gives the seconds that it took. */
        double run() throws InterruptedException {
            long start = System.nanoTime();
            for (int i = 0; i < commits && failure.get().isEmpty(); i++) {
                free.acquire();
                send(i, System.nanoTime());
            }
            free.acquire(UNDER_WAY);
            double seconds = (System.nanoTime() - start) / 1e9;
            if (!failure.get().isEmpty()) {
                throw new IllegalStateException("a commit was not acknowledged: " + failure.get());
            }
            Arrays.sort(nanos);
            return seconds;
        }

        private void send(int number, long sinceNanos) {
            stubs.get(number % stubs.size()).commitOffsets(request(number), new Answer(number, sinceNanos));
        }

        double quantileMillis(double share) {
            return nanos[(int) (share * (commits - 1))] / 1e6;
        }

        private final class Answer implements StreamObserver<CommitOffsetsResponse> {
            private final int number;
            private final long sentNanos;

            Answer(int number, long sentNanos) {
                this.number = number;
                this.sentNanos = sentNanos;
            }

            @Override
            public void onNext(CommitOffsetsResponse response) {
                if (response.getResults(0).hasError()) {
                    failure.set(response.getResults(0).getError().getMessage());
                }
            }

            @Override
            public void onError(Throwable cause) {
                Status.Code code = Status.fromThrowable(cause).getCode();
                boolean mayRepeat = code == Status.Code.UNAVAILABLE || code == Status.Code.ABORTED;
                if (mayRepeat && repeated.incrementAndGet() <= commits) {
                    // A broker lost touch with the controller, or its groups moved meanwhile. Clients try again, too.
                    send(number, sentNanos);
                    return;
                }
                failure.set(String.valueOf(cause));
                free.release();
            }

            @Override
            public void onCompleted() {
                nanos[answered.getAndIncrement()] = System.nanoTime() - sentNanos;
                free.release();
            }
        }
    }
}
