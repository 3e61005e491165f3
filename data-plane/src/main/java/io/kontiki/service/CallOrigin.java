package io.kontiki.service;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.stub.MetadataUtils;
import java.net.InetSocketAddress;

/**
 * Where a call came from: a client, or another broker that relays a client's call. A relayed call is never relayed again,
 * or two brokers whose images differ would hand it to each other for ever.
 *
 * @param relayed whether another broker passed it on
 * @param clientHost address of the client, as its broker saw it; for people only, since nothing proves it
 */
record CallOrigin(boolean relayed, String clientHost) {
    private static final int HOST_CHARS_MAX = 64;
    private static final Metadata.Key<String> RELAYED_FOR =
            Metadata.Key.of("kontiki-relayed-for", Metadata.ASCII_STRING_MARSHALLER);
    private static final CallOrigin UNKNOWN = new CallOrigin(false, "");
    private static final Context.Key<CallOrigin> CURRENT = Context.keyWithDefault("kontiki-call-origin", UNKNOWN);

    CallOrigin {
        clientHost = clientHost.length() <= HOST_CHARS_MAX ? clientHost : clientHost.substring(0, HOST_CHARS_MAX);
    }

    /** Of the call in whose context this is asked, if its service is {@link #read}. */
    static CallOrigin current() {
        return CURRENT.get();
    }

    /** The service, with the origin of each call in its context. */
    static BindableService read(BindableService service) {
        return () -> ServerInterceptors.intercept(service, reader());
    }

    private static ServerInterceptor reader() {
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                var context = Context.current().withValue(CURRENT, of(call, headers));
                return Contexts.interceptCall(context, call, headers, next);
            }
        };
    }

    private static CallOrigin of(ServerCall<?, ?> call, Metadata headers) {
        var relayedFor = headers.get(RELAYED_FOR);
        return relayedFor == null ? new CallOrigin(false, host(call)) : new CallOrigin(true, relayedFor);
    }

    private static String host(ServerCall<?, ?> call) {
        return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress remote
                        && remote.getAddress() != null
                ? remote.getAddress().getHostAddress()
                : "";
    }

    /** The channel for calls that are relayed for this origin. */
    Channel marked(Channel channel) {
        var headers = new Metadata();
        headers.put(RELAYED_FOR, clientHost);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }
}
