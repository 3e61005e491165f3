package io.kontiki.service;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.ErrorReason;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Passes calls on to the brokers that coordinate their groups, and those ones' answers back. A broker that hangs must not
 * gather calls here without end: how many may be on their way to one broker is limited, and how large they may be in all.
 * Any thread, in the context of the call: its deadline holds for both, and if the caller goes away both end.
 */
final class UnaryRelays {
    /** Calls on their way to one broker. */
    static final int CALLS_MAX = 10_000;
    /** Bytes of their requests; a single larger one goes if there is no other. */
    static final long BYTES_MAX = 32 << 20;
    /** Longest wait where the caller sets no deadline. */
    private static final long WAIT_SECONDS_MAX = 30;

    /** What is on its way to a broker. */
    private static final class Load {
        private int calls;
        private long bytes;
    }

    private final int callsMax;
    private final long bytesMax;
    /** By broker, without those that nothing is on its way to. Guarded by this. */
    private final Map<Integer, Load> loads = new HashMap<>();

    UnaryRelays() {
        this(CALLS_MAX, BYTES_MAX);
    }

    UnaryRelays(int callsMax, long bytesMax) {
        this.callsMax = callsMax;
        this.bytesMax = bytesMax;
    }

    /** @throws io.grpc.StatusRuntimeException OVERLOADED if too much is on its way to that broker */
    <Q extends Message, A> void send(
            GroupRouter.There there, MethodDescriptor<Q, A> method, Q request, StreamObserver<A> out) {
        int bytes = request.getSerializedSize();
        begin(there.brokerId(), bytes);
        var answer = new UnaryCall<A>();
        answer.answer().whenComplete((response, failure) -> {
            end(there.brokerId(), bytes);
            if (failure == null) {
                out.onNext(response);
                out.onCompleted();
            } else {
                out.onError(RelayedFailure.of(failure, there.brokerId()));
            }
        });
        var options = CallOptions.DEFAULT.withDeadlineAfter(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        ClientCalls.asyncUnaryCall(there.channel().newCall(method, options), request, answer);
    }

    private synchronized void begin(int brokerId, int bytes) {
        var load = loads.computeIfAbsent(brokerId, id -> new Load());
        if (load.calls >= callsMax) {
            throw overloaded(load.calls + " calls about groups are on their way to broker " + brokerId + ", at most "
                    + callsMax + " are allowed");
        }
        if (load.calls > 0 && load.bytes + bytes > bytesMax) {
            throw overloaded("calls about groups of " + load.bytes + " bytes are on their way to broker " + brokerId
                    + ", at most " + bytesMax + " are allowed");
        }
        load.calls++;
        load.bytes += bytes;
    }

    private synchronized void end(int brokerId, int bytes) {
        var load = loads.get(brokerId);
        load.calls--;
        load.bytes -= bytes;
        if (load.calls == 0) {
            loads.remove(brokerId);
        }
    }

    private static RuntimeException overloaded(String message) {
        return ServiceErrors.exception(ErrorReason.ERROR_REASON_OVERLOADED, message);
    }
}
