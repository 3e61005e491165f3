package io.kontiki.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.StatusRuntimeException;
import io.kontiki.proto.v1.ProducePartition;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import io.kontiki.proto.v1.ProduceServiceGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AliasingMarshallerTest {
    private static final MethodDescriptor<ProduceRequest, ProduceResponse> PLAIN =
            ProduceServiceGrpc.getProduceMethod();
    private static final Marshaller<ProduceRequest> REQUESTS =
            AliasingMarshaller.forRequests(PLAIN).getRequestMarshaller();

    @Test
    void parsesWhatWasWritten() {
        Random random = new Random(7);
        for (int size : new int[] {0, 1, 127, 128, 70_000, 3_000_000}) {
            ProduceRequest request = request(random, size);
            assertThat(REQUESTS.parse(REQUESTS.stream(request))).isEqualTo(request);
            assertThat(REQUESTS.parse(new OfUnknownLength(request))).isEqualTo(request);
        }
    }

    @Test
    void fieldsAreViewsOfOneArray() {
        ProduceRequest parsed = REQUESTS.parse(REQUESTS.stream(request(new Random(7), 70_000)));

        assertThat(RecordBytes.of(parsed.getPartitions(0).getRecords()).array())
                .isSameAs(RecordBytes.of(parsed.getPartitions(1).getRecords()).array());
    }

    @Test
    void onlyTheOneSideIsOther() {
        assertThat(AliasingMarshaller.forRequests(PLAIN).getResponseMarshaller())
                .isSameAs(PLAIN.getResponseMarshaller());
        assertThat(AliasingMarshaller.forResponses(PLAIN).getRequestMarshaller())
                .isSameAs(PLAIN.getRequestMarshaller());
        assertThat(AliasingMarshaller.forResponses(PLAIN).getResponseMarshaller())
                .isInstanceOf(AliasingMarshaller.class);
    }

    @Test
    void refusesWhatIsNoMessage() {
        byte[] whole = request(new Random(7), 100).toByteArray();
        for (int length : new int[] {1, whole.length / 2, whole.length - 1}) {
            assertThatThrownBy(() -> REQUESTS.parse(new OfKnownLength(whole, length)))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessageContaining("no valid protobuf");
        }
        // The end of a group that never began.
        assertThatThrownBy(() -> REQUESTS.parse(new OfKnownLength(new byte[] {0x0c}, 1)))
                .isInstanceOf(StatusRuntimeException.class);
    }

    private static ProduceRequest request(Random random, int bytes) {
        byte[] records = new byte[bytes];
        random.nextBytes(records);
        ProducePartition.Builder partition =
                ProducePartition.newBuilder().setTopic("orders").setRecords(ByteString.copyFrom(records));
        return ProduceRequest.newBuilder()
                .setCorrelationId(random.nextLong())
                .addPartitions(partition)
                .addPartitions(partition.setPartition(1))
                .build();
    }

    private static final class OfKnownLength extends ByteArrayInputStream implements KnownLength {
        OfKnownLength(byte[] bytes, int length) {
            super(bytes, 0, length);
        }
    }

    /** As one that the transport inflates. */
    private static final class OfUnknownLength extends InputStream {
        private final InputStream bytes;

        OfUnknownLength(ProduceRequest request) {
            bytes = new ByteArrayInputStream(request.toByteArray());
        }

        @Override
        public int read() throws IOException {
            return bytes.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return bytes.read(target, offset, length);
        }
    }
}
