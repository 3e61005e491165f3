package io.kontiki.quorum.ratis;

import com.google.protobuf.InvalidProtocolBufferException;
import io.kontiki.metadata.Endpoint;
import io.kontiki.proto.internal.v1.VoterGreeting;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCalls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call on the Raft port beside those of Raft: voters tell each other which storage they have and which quorum they
 * know, before there is one. Only the Raft port is configured, so it cannot be a call of the broker.
 */
final class Greetings {
    private static final Logger LOG = LoggerFactory.getLogger(Greetings.class);
    private static final String SERVICE = "kontiki.internal.v1.VoterService";
    private static final long ANSWER_MILLIS_MAX = 1_000;
    private static final int BYTES_MAX = 65_536;

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readNBytes(BYTES_MAX);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };
    private static final MethodDescriptor<byte[], byte[]> GREET = MethodDescriptor.newBuilder(BYTES, BYTES)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Greet"))
            .build();

    private Greetings() {}

    /** Has a Ratis server answer greetings. */
    static Parameters answeredWith(Supplier<VoterGreeting> own) {
        var service = ServerServiceDefinition.builder(SERVICE)
                .addMethod(GREET, ServerCalls.asyncUnaryCall((question, out) -> {
                    out.onNext(own.get().toByteArray());
                    out.onCompleted();
                }))
                .build();
        var parameters = new Parameters();
        GrpcConfigKeys.Server.setServicesCustomizer(parameters, (builder, types) -> builder.addService(service));
        return parameters;
    }

    /** Asks once; empty if nobody answers within a second. Blocks. */
    static Optional<VoterGreeting> ask(Endpoint voter, VoterGreeting own) {
        var channel = NettyChannelBuilder.forTarget(voter.toString())
                .usePlaintext()
                .maxInboundMessageSize(BYTES_MAX)
                .build();
        try {
            var options = CallOptions.DEFAULT.withDeadlineAfter(ANSWER_MILLIS_MAX, TimeUnit.MILLISECONDS);
            return Optional.of(
                    VoterGreeting.parseFrom(ClientCalls.blockingUnaryCall(channel, GREET, options, own.toByteArray())));
        } catch (StatusRuntimeException | InvalidProtocolBufferException e) {
            LOG.debug("Voter at {} does not answer: {}", voter, e.toString());
            return Optional.empty();
        } finally {
            channel.shutdownNow();
        }
    }
}
