package io.kontiki.thin;

import static io.kontiki.thin.PublishFixture.request;
import static io.kontiki.thin.PublishFixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.kontiki.client.ErrorReason;
import io.kontiki.client.KontikiException;
import io.kontiki.proto.v1.Header;
import io.kontiki.proto.v1.PublishRecord;
import io.kontiki.proto.v1.PublishRequest;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PublishTest {
    private static final long BUDGET = 1 << 20;

    private PublishFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new PublishFixture(BUDGET);
    }

    @AfterEach
    void stop() throws InterruptedException {
        fixture.close();
    }

    @Test
    void recordsGoOutInOrderWithAllTheirParts() {
        fixture.sender.storeAtOnce();
        var whole = PublishRecord.newBuilder()
                .setKey(ByteString.copyFromUtf8("k"))
                .setValue(ByteString.copyFromUtf8("v"))
                .setTimestampMs(77)
                .setPartition(2)
                .addHeaders(Header.newBuilder().setKey("h").setValue(ByteString.copyFromUtf8("x")))
                .build();

        var answer = fixture.blocking().publish(request(whole, PublishRecord.getDefaultInstance()));

        assertThat(answer.getRecordsList())
                .extracting(record -> record.getOffset())
                .containsExactly(100L, 101L);
        assertThat(answer.getRecords(0).getPartition()).isEqualTo(3);
        var sent = fixture.sender.records().get(0);
        assertThat(sent.topic()).isEqualTo("t");
        assertThat(sent.key())
                .hasValueSatisfying(key -> assertThat(key).asString().isEqualTo("k"));
        assertThat(sent.value())
                .hasValueSatisfying(value -> assertThat(value).asString().isEqualTo("v"));
        assertThat(sent.timestampMs()).hasValue(77);
        assertThat(sent.partition()).hasValue(2);
        assertThat(sent.headers()).singleElement().satisfies(header -> {
            assertThat(header.key()).isEqualTo("h");
            assertThat(header.value())
                    .hasValueSatisfying(bytes -> assertThat(bytes).asString().isEqualTo("x"));
        });
        var empty = fixture.sender.records().get(1);
        assertThat(empty.key()).isEmpty();
        assertThat(empty.value()).isEmpty();
        assertThat(empty.timestampMs()).isEmpty();
        assertThat(empty.partition()).isEmpty();
    }

    @Test
    void aBadFieldIsNamedAndNothingIsSent() {
        var good = value("v");
        assertRefused(request(), "INVALID_ARGUMENT", "records");
        assertRefused(PublishRequest.newBuilder().setTopic("u").addRecords(good).build(), "TOPIC_NOT_FOUND", "\"u\"");
        assertRefused(request(good, good.toBuilder().setPartition(4).build()), "PARTITION_NOT_FOUND", "records[1]");
        assertRefused(request(good, good.toBuilder().setPartition(-1).build()), "PARTITION_NOT_FOUND", "-1");
        assertRefused(request(good.toBuilder().setTimestampMs(-1).build()), "INVALID_ARGUMENT", "timestamp_ms");
        assertRefused(
                request(good.toBuilder().addHeaders(Header.getDefaultInstance()).build()),
                "INVALID_ARGUMENT",
                "headers[0].key");
        var many = good.toBuilder();
        for (int i = 0; i <= PublishRecords.HEADERS_MAX; i++) {
            many.addHeaders(Header.newBuilder().setKey("h"));
        }
        assertRefused(request(many.build()), "INVALID_ARGUMENT", "1001");
        assertRefused(request(good, value("v".repeat(5000))), "RECORD_TOO_LARGE", "records[1]");
        var tooMany = PublishRequest.newBuilder().setTopic("t");
        for (int i = 0; i <= PublishRecords.RECORDS_MAX; i++) {
            tooMany.addRecords(good);
        }
        assertRefused(tooMany.build(), "INVALID_ARGUMENT", "10001");
        assertThat(fixture.sender.count()).isZero();
        await().until(() -> fixture.budget.available() == BUDGET);
    }

    private void assertRefused(PublishRequest request, String reason, String named) {
        assertThatThrownBy(() -> fixture.blocking().publish(request))
                .hasMessageContaining("ERROR_REASON_" + reason + " ")
                .hasMessageContaining(named);
    }

    @Test
    void theFirstRecordThatFailsTellsWhyOnceAllAreSettled() {
        var answer = fixture.future().publish(request(value("a"), value("b"), value("c")));
        await().until(() -> fixture.sender.count() == 3);
        fixture.sender.fail(2, new KontikiException(ErrorReason.STORAGE_FULL, "no room"));
        fixture.sender.fail(1, new KontikiException(ErrorReason.NOT_ENOUGH_REPLICAS, "too few"));
        assertThat(answer.isDone()).isFalse();
        assertThat(fixture.budget.available()).isLessThan(BUDGET);
        fixture.sender.store(0);

        assertThatThrownBy(() -> answer.get(PublishFixture.SECONDS_MAX, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("NOT_ENOUGH_REPLICAS")
                .hasMessageContaining("records[1]: too few");
        await().until(() -> fixture.budget.available() == BUDGET);
    }

    /** Rule D10: told as not written, its sender would send it again. */
    @ParameterizedTest
    @EnumSource(ErrorReason.class)
    void whatMayHaveBeenWrittenIsNeverToldAsIfItWasNot(ErrorReason reason) {
        var refused = ClientErrors.ofSend(new KontikiException(reason, "why"), "records[0]");

        assertThat(refused.getMessage()).isEqualTo("records[0]: why");
        if (!reason.definite()) {
            assertThat(refused.reason().name())
                    .isIn(
                            "ERROR_REASON_OUTCOME_UNKNOWN",
                            "ERROR_REASON_NOT_ENOUGH_REPLICAS_AFTER_APPEND",
                            "ERROR_REASON_TIMED_OUT_AFTER_APPEND",
                            "ERROR_REASON_LEADER_CHANGED_AFTER_APPEND",
                            "ERROR_REASON_STORAGE_ERROR");
        } else {
            assertThat(refused.reason()).isNotEqualTo(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_OUTCOME_UNKNOWN);
        }
    }

    @Test
    void aBudgetThatIsUsedUpRefuses() throws Exception {
        fixture.close();
        fixture = new PublishFixture(1);
        var first = fixture.future().publish(request(value("a")));
        await().until(() -> fixture.sender.count() == 1);

        assertThatThrownBy(() -> fixture.blocking().publish(request(value("b"))))
                .hasMessageContaining("OVERLOADED");

        fixture.sender.store(0);
        assertThat(first.get(PublishFixture.SECONDS_MAX, TimeUnit.SECONDS).getRecordsCount())
                .isEqualTo(1);
        fixture.sender.storeAtOnce();
        await().until(() -> fixture.budget.available() == 1);
        fixture.blocking().publish(request(value("c")));
    }

    @Test
    void aBrokerThatStopsSaysSo() {
        fixture.stopThreads();

        assertThatThrownBy(() -> fixture.blocking().publish(request(value("a"))))
                .hasMessageContaining("SHUTTING_DOWN");
        assertThat(fixture.budget.available()).isEqualTo(BUDGET);
    }
}
