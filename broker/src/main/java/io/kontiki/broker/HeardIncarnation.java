package io.kontiki.broker;

import io.grpc.ClientInterceptor;
import io.kontiki.proto.AnswerHeader;
import java.util.UUID;

/**
 * Which run of its broker answered last on a channel, as the headers of answers tell. A channel stays the same when its
 * connection is made anew, so when it was opened says nothing. Thread-safe.
 */
final class HeardIncarnation {
    private volatile String last = "";

    boolean is(UUID incarnation) {
        return last.equals(incarnation.toString());
    }

    /** Hears all calls on the channel. */
    ClientInterceptor interceptor() {
        return new AnswerHeader(RunInterceptor.INCARNATION, told -> last = told);
    }
}
