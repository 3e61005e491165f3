package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import io.kontiki.proto.v1.Joined;
import io.kontiki.proto.v1.MemberHeartbeat;
import io.kontiki.proto.v1.Subscription;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A member, a broker that relays its stream, and a coordinator, each behind a channel of its own. */
class JoinRelayTest {
    private static final int COORDINATOR_ID = 7;
    private static final JoinRequest JOIN = JoinRequest.newBuilder()
            .setJoin(JoinGroup.newBuilder()
                    .setGroupId("g")
                    .setMemberId("m")
                    .setSubscription(Subscription.newBuilder().addTopics("t")))
            .build();
    private static final JoinRequest BEAT = JoinRequest.newBuilder()
            .setHeartbeat(MemberHeartbeat.getDefaultInstance())
            .build();

    private final Coordinator coordinator = new Coordinator();
    private final CopyOnWriteArrayList<JoinRelay> relays = new CopyOnWriteArrayList<>();
    private final ServiceFixture far = new ServiceFixture(CallOrigin.read(coordinator));
    private final ServiceFixture near = new ServiceFixture(CallOrigin.read(new Relaying(far.channel())));
    private final Member member = new Member();
    private volatile boolean endsBeforeItBegins;

    @AfterEach
    void close() {
        near.close();
        far.close();
    }

    /** Takes what is asked for, and nothing else. */
    private static final class Coordinator extends GroupServiceGrpc.GroupServiceImplBase {
        final BlockingQueue<JoinRequest> taken = new LinkedBlockingQueue<>();
        final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        volatile CallOrigin origin;
        volatile ServerCallStreamObserver<JoinResponse> out;

        @Override
        public StreamObserver<JoinRequest> join(StreamObserver<JoinResponse> responses) {
            origin = CallOrigin.current();
            var call = (ServerCallStreamObserver<JoinResponse>) responses;
            call.disableAutoRequest();
            call.setOnCancelHandler(() -> ends.add("cancelled"));
            call.request(1);
            out = call;
            return new StreamObserver<>() {
                @Override
                public void onNext(JoinRequest request) {
                    taken.add(request);
                }

                @Override
                public void onError(Throwable cause) {}

                @Override
                public void onCompleted() {
                    ends.add("half-closed");
                }
            };
        }

        JoinRequest next() throws InterruptedException {
            return taken.poll(20, TimeUnit.SECONDS);
        }
    }

    private final class Relaying extends GroupServiceGrpc.GroupServiceImplBase {
        private final ManagedChannel channel;

        Relaying(ManagedChannel channel) {
            this.channel = channel;
        }

        @Override
        public StreamObserver<JoinRequest> join(StreamObserver<JoinResponse> out) {
            return new JoinCall((ServerCallStreamObserver<JoinResponse>) out, (join, origin, call) -> {
                var relay = new JoinRelay(join.getGroupId(), COORDINATOR_ID, call, relays::remove);
                relays.add(relay);
                if (endsBeforeItBegins) {
                    relay.end(ServiceErrors.exception(ErrorReason.ERROR_REASON_NOT_COORDINATOR, "another one does"));
                }
                relay.start(origin.marked(channel), join);
                return relay;
            });
        }
    }

    /** Takes answers one by one. */
    private static final class Member implements ClientResponseObserver<JoinRequest, JoinResponse> {
        final BlockingQueue<JoinResponse> answers = new LinkedBlockingQueue<>();
        final BlockingQueue<Status> ends = new LinkedBlockingQueue<>();
        volatile Throwable failure;
        ClientCallStreamObserver<JoinRequest> call;

        void join(ManagedChannel channel) {
            GroupServiceGrpc.newStub(channel).join(this);
            call.onNext(JOIN);
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<JoinRequest> stream) {
            call = stream;
            stream.disableAutoRequestWithInitial(1);
        }

        @Override
        public void onNext(JoinResponse answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable cause) {
            failure = cause;
            ends.add(Status.fromThrowable(cause));
        }

        @Override
        public void onCompleted() {
            ends.add(Status.OK);
        }

        Status end() throws InterruptedException {
            return ends.poll(20, TimeUnit.SECONDS);
        }

        String reason() {
            return Refusals.reason(failure);
        }
    }

    private static JoinResponse joined(int epoch) {
        return JoinResponse.newBuilder()
                .setJoined(Joined.newBuilder().setMemberEpoch(epoch))
                .build();
    }

    @Test
    void messagesPassBothWaysUntilTheCoordinatorEnds() throws InterruptedException {
        member.join(near.channel());
        assertThat(coordinator.next()).isEqualTo(JOIN);
        assertThat(coordinator.origin.relayed()).isTrue();
        coordinator.out.request(1);
        member.call.onNext(BEAT);
        assertThat(coordinator.next()).isEqualTo(BEAT);

        coordinator.out.onNext(joined(3));
        assertThat(member.answers.poll(20, TimeUnit.SECONDS)).isEqualTo(joined(3));
        coordinator.out.onCompleted();
        assertThat(member.end().isOk()).isTrue();
        await().until(relays::isEmpty);
    }

    @Test
    void memberThatEndsIsWaitedForAndThenAnswered() throws InterruptedException {
        member.join(near.channel());
        coordinator.next();
        coordinator.out.request(1);

        member.call.onCompleted();
        assertThat(coordinator.ends.poll(20, TimeUnit.SECONDS)).isEqualTo("half-closed");
        coordinator.out.onNext(joined(1));
        coordinator.out.onCompleted();

        assertThat(member.answers.poll(20, TimeUnit.SECONDS)).isEqualTo(joined(1));
        assertThat(member.end().isOk()).isTrue();
    }

    @Test
    void memberThatIsGoneIsGoneForTheCoordinator() throws InterruptedException {
        member.join(near.channel());
        coordinator.next();

        member.call.cancel("gone", null);

        assertThat(coordinator.ends.poll(20, TimeUnit.SECONDS)).isEqualTo("cancelled");
        await().until(relays::isEmpty);
    }

    @Test
    void whatTheCoordinatorRefusesReachesTheMemberAsItIs() throws InterruptedException {
        member.join(near.channel());
        coordinator.next();

        coordinator.out.onError(
                ServiceErrors.exception(ErrorReason.ERROR_REASON_FENCED_INSTANCE, "another one has the name"));

        assertThat(member.end().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(member.reason()).isEqualTo("FENCED_INSTANCE");
        assertThat(member.failure).hasMessageContaining("another one has the name");
    }

    @Test
    void coordinatorThatIsLostIsNoCoordinatorAnyMore() throws InterruptedException {
        member.join(near.channel());
        coordinator.next();

        far.close();

        assertThat(member.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(member.reason()).isEqualTo("NOT_COORDINATOR");
    }

    @Test
    void relayThatEndsTellsBoth() throws InterruptedException {
        member.join(near.channel());
        coordinator.next();

        relays.get(0).end(ServiceErrors.exception(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "stopping"));

        assertThat(member.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(member.reason()).isEqualTo("SHUTTING_DOWN");
        assertThat(coordinator.ends.poll(20, TimeUnit.SECONDS)).isEqualTo("cancelled");
        assertThat(relays).isEmpty();
    }

    /** The metadata may change between the two. */
    @Test
    void relayThatEndsBeforeItBeginsNeverReachesTheCoordinator() throws InterruptedException {
        endsBeforeItBegins = true;
        member.join(near.channel());

        assertThat(member.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(member.reason()).isEqualTo("NOT_COORDINATOR");
        await().until(relays::isEmpty);
        assertThat(coordinator.origin).isNull();
    }

    /** The relay itself keeps one message each way, however slow the other side is. */
    @Test
    void slowSideHoldsUpTheOtherOne() throws InterruptedException {
        member.join(near.channel());
        coordinator.next();
        var sent = new AtomicInteger();
        await().during(Duration.ofMillis(200)).until(() -> !member.call.isReady() || send(sent) > 100);
        assertThat(sent.get()).isLessThan(10);
        assertThat(coordinator.taken).isEmpty();

        coordinator.out.request(100);
        for (int i = 0; i < sent.get(); i++) {
            assertThat(coordinator.next()).isEqualTo(BEAT);
        }
        await().until(member.call::isReady);
    }

    private int send(AtomicInteger sent) {
        member.call.onNext(BEAT);
        return sent.incrementAndGet();
    }

    @Test
    void firstMessageMustBeJoin() throws InterruptedException {
        GroupServiceGrpc.newStub(near.channel()).join(member);
        member.call.onNext(BEAT);

        assertThat(member.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(member.failure).hasMessageContaining("first message of a member must be join, but is heartbeat");
        assertThat(relays).isEmpty();
    }
}
