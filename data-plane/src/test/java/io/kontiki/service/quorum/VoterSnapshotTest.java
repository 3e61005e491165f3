package io.kontiki.service.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.proto.v1.TakeSnapshotRequest;
import io.kontiki.proto.v1.TakeSnapshotResponse;
import io.kontiki.quorum.QuorumMembers;
import io.kontiki.quorum.ratis.QuorumConfig;
import io.kontiki.quorum.ratis.RatisMetadataLog;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a snapshot that a voter was asked for. */
class VoterSnapshotTest {
    @TempDir
    private Path directory;

    private final CompletableFuture<TakeSnapshotResponse> answer = new CompletableFuture<>();

    private QuorumMembers members(boolean votes, long index) {
        return (QuorumMembers) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {QuorumMembers.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "votes" -> votes;
                    case "takeSnapshot" -> CompletableFuture.completedFuture(index);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private void take(QuorumMembers members) {
        var metadata = new LocalMetadata(fault -> {});
        var log = new RatisMetadataLog(
                QuorumConfig.founder(1, Map.of(1, new Endpoint("127.0.0.1", 1)), directory, "test-cluster"),
                metadata,
                () -> new Endpoint("voter", 9092),
                (message, e) -> {});
        var view = new QuorumView(log, members, metadata, List.of());
        var calls = new MemberCalls("test-cluster", endpoint -> {
            throw new IllegalStateException("nobody is to be asked");
        });
        // The last parts of these are for changes of the voters alone.
        var service = new VoterGrpcService(4, "test-cluster", view, null, metadata, calls, null);
        service.takeSnapshot(TakeSnapshotRequest.getDefaultInstance(), new StreamObserver<>() {
            @Override
            public void onNext(TakeSnapshotResponse response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {}
        });
    }

    private String refusal() {
        return answer.handle((response, failure) -> {
                    assertThat(failure).as("answer " + response).isInstanceOf(StatusRuntimeException.class);
                    return failure.getMessage();
                })
                .join();
    }

    @Test
    void takenIsToldByItsIndex() {
        take(members(true, 17));
        assertThat(answer.join())
                .isEqualTo(TakeSnapshotResponse.newBuilder()
                        .setBrokerId(4)
                        .setIndex(17)
                        .build());
    }

    @Test
    void whatCouldNotBeTakenIsRefused() {
        take(members(true, -1));
        assertThat(refusal()).contains("broker 4 could not take a snapshot");
    }

    @Test
    void whoDoesNotVoteHasNone() {
        take(members(false, 3));
        assertThat(refusal()).contains("broker 4 does not vote");
    }
}
