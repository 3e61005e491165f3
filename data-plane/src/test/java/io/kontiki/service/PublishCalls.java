package io.kontiki.service;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.kontiki.proto.v1.PublishRecord;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.proto.v1.PublishResponse;
import io.kontiki.proto.v1.PublishServiceGrpc;

/** Calls of the thin tier. */
final class PublishCalls {
    private PublishCalls() {}

    static PublishResponse publish(Channel broker, String topic, String value) {
        return PublishServiceGrpc.newBlockingStub(broker)
                .publish(PublishRequest.newBuilder()
                        .setTopic(topic)
                        .addRecords(PublishRecord.newBuilder().setValue(ByteString.copyFromUtf8(value)))
                        .build());
    }
}
