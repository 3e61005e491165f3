package io.kontiki.service.quorum;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.kontiki.metadata.LogPosition;
import io.kontiki.proto.internal.v1.WatchImageResponse;
import io.kontiki.proto.internal.v1.WatchImageResponse.Voters;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One broker that follows the image. The next message, at most one part of an update, is made only when the transport has
 * room for it, so a slow one costs little memory: when it has taken an update whole and the ring has moved on, it gets the
 * whole image. Owned by the feed's thread.
 */
final class ImageWatch {
    private final ImageFeed feed;
    private final ServerCallStreamObserver<WatchImageResponse> out;
    /** Where the caller is once it has all of {@link #underWay}. */
    private LogPosition sent;

    private Optional<OutgoingUpdate> underWay = Optional.empty();
    private Voters told = Voters.getDefaultInstance();
    private long readyNanos = System.nanoTime();
    private boolean ended;

    /** @param start where the caller's image is */
    ImageWatch(ImageFeed feed, ServerCallStreamObserver<WatchImageResponse> out, LogPosition start) {
        this.feed = feed;
        this.out = out;
        this.sent = start;
    }

    /** Begins on the feed's thread. */
    void start() {
        if (!feed.add(this)) {
            ended = true;
            out.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription(ImageFeed.WATCHERS_MAX + " brokers follow this voter already")
                    .asRuntimeException());
            return;
        }
        if (!feed.votes()) {
            sendAway();
            return;
        }
        // First, for it tells to which quorum the image belongs.
        tellVoters();
        drain();
        heartbeat();
    }

    /** To those who vote. */
    void sendAway() {
        if (!ended) {
            tellVoters();
            end();
            feed.remove(this);
        }
    }

    private void tellVoters() {
        var voters = feed.voters();
        if (!voters.equals(told)) {
            told = voters;
            out.onNext(WatchImageResponse.newBuilder().setVoters(voters).build());
        }
    }

    void drain() {
        // A caller that is ahead of this voter waits until the voter has caught up.
        while (!ended
                && out.isReady()
                && (underWay.isPresent() || sent.index() < feed.latest().index())) {
            var update = underWay.orElseGet(() -> feed.after(sent));
            sent = update.position();
            out.onNext(WatchImageResponse.newBuilder().setPart(update.next()).build());
            underWay = Optional.of(update).filter(OutgoingUpdate::hasNext);
        }
    }

    /** Ends it if the transport had no room since long ago. */
    void endIfStuck(long nowNanos, long stuckNanosMax) {
        if (out.isReady()) {
            readyNanos = nowNanos;
        } else if (!ended && nowNanos - readyNanos > stuckNanosMax) {
            ended = true;
            feed.remove(this);
            out.onError(Status.DEADLINE_EXCEEDED
                    .withDescription(
                            "nothing was read for " + TimeUnit.NANOSECONDS.toMillis(nowNanos - readyNanos) + " ms")
                    .asRuntimeException());
        }
    }

    void heartbeat() {
        if (!ended && out.isReady()) {
            tellVoters();
        }
        if (!ended && out.isReady() && underWay.isEmpty() && sent.equals(feed.latest())) {
            out.onNext(WatchImageResponse.newBuilder()
                    .setHeartbeat(WatchImageResponse.Position.newBuilder()
                            .setTerm(sent.term())
                            .setIndex(sent.index()))
                    .build());
        }
    }

    void cancelled() {
        ended = true;
        feed.remove(this);
    }

    void end() {
        if (!ended) {
            ended = true;
            out.onCompleted();
        }
    }
}
