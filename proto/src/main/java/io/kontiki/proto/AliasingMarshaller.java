package io.kontiki.proto;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;

/**
 * Parses messages whose {@code bytes} fields stay where they came in: the message is copied once from the transport's buffers
 * into an array of its size, and the fields are views of that. The marshaller that comes with gRPC copies each field once
 * more, which is most of the work for messages that are record batches and little else.
 *
 * <p>A field kept for long keeps the whole message. So this is for messages whose fields live about as long as they do.
 * Thread-safe.
 */
public final class AliasingMarshaller<T> implements PrototypeMarshaller<T> {
    private final PrototypeMarshaller<T> plain;
    private final Parser<? extends T> parser;

    @SuppressWarnings("unchecked") // The parser of a T makes Ts.
    private AliasingMarshaller(PrototypeMarshaller<T> plain) {
        this.plain = plain;
        this.parser = (Parser<? extends T>) ((MessageLite) plain.getMessagePrototype()).getParserForType();
    }

    /** The method with requests that are parsed so; only for methods that protoc made. */
    public static <Q, R> MethodDescriptor<Q, R> forRequests(MethodDescriptor<Q, R> method) {
        return method.toBuilder(aliasing(method.getRequestMarshaller()), method.getResponseMarshaller())
                .build();
    }

    /** The method with responses that are parsed so; only for methods that protoc made. */
    public static <Q, R> MethodDescriptor<Q, R> forResponses(MethodDescriptor<Q, R> method) {
        return method.toBuilder(method.getRequestMarshaller(), aliasing(method.getResponseMarshaller()))
                .build();
    }

    private static <T> AliasingMarshaller<T> aliasing(Marshaller<T> plain) {
        return new AliasingMarshaller<>((PrototypeMarshaller<T>) plain);
    }

    @Override
    public T parse(InputStream stream) {
        if (!(stream instanceof KnownLength)) {
            // Compressed by the transport: its size is not known.
            return plain.parse(stream);
        }
        try {
            byte[] bytes = new byte[stream.available()];
            stream.readNBytes(bytes, 0, bytes.length);
            CodedInputStream message = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
            message.enableAliasing(true);
            T parsed = parser.parseFrom(message);
            message.checkLastTagWas(0);
            return parsed;
        } catch (InvalidProtocolBufferException e) {
            throw Status.INTERNAL
                    .withDescription("the message is no valid protobuf")
                    .withCause(e)
                    .asRuntimeException();
        } catch (IOException e) {
            throw Status.INTERNAL
                    .withDescription("the message could not be read")
                    .withCause(e)
                    .asRuntimeException();
        }
    }

    @Override
    public InputStream stream(T message) {
        return plain.stream(message);
    }

    @Override
    public T getMessagePrototype() {
        return plain.getMessagePrototype();
    }

    @Override
    public Class<T> getMessageClass() {
        return plain.getMessageClass();
    }
}
