package io.kontiki.service.quorum;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.kontiki.metadata.LogPosition;
import io.kontiki.proto.internal.v1.WatchImageResponse;
import io.kontiki.proto.internal.v1.WatchImageResponse.Voters;

/**
 * One broker that follows the image. It gets the next message only when the transport has room for it, so a slow one
 * costs no memory: when it is ready again and the ring has moved on, it gets the whole image. Owned by the feed's thread.
 */
final class ImageWatch {
    private final ImageFeed feed;
    private final ServerCallStreamObserver<WatchImageResponse> out;
    private LogPosition sent;
    private Voters told = Voters.getDefaultInstance();
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
        while (!ended && out.isReady() && sent.index() < feed.latest().index()) {
            var message = feed.after(sent);
            sent = message.hasDelta()
                    ? new LogPosition(
                            message.getDelta().getTerm(), message.getDelta().getIndex())
                    : new LogPosition(
                            message.getImage().getTerm(), message.getImage().getIndex());
            out.onNext(message);
        }
    }

    void heartbeat() {
        if (!ended && out.isReady()) {
            tellVoters();
        }
        if (!ended && out.isReady() && sent.equals(feed.latest())) {
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
