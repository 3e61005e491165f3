package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";

    private static ProducerRecord record() {
        return ProducerRecord.of("t", new byte[1]);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void readsAndWritesTheHeader() {
        var context =
                TraceContext.parse("00-" + TRACE + "-" + SPAN + "-01", "a=1").orElseThrow();

        assertThat(context).isEqualTo(new TraceContext(TRACE, SPAN, true, "a=1"));
        assertThat(context.traceparent()).isEqualTo("00-" + TRACE + "-" + SPAN + "-01");
    }

    @Test
    void ofTheFlagsOnlySampledCounts() {
        assertThat(TraceContext.parse("00-" + TRACE + "-" + SPAN + "-fe", "")
                        .orElseThrow()
                        .sampled())
                .isFalse();
        assertThat(TraceContext.parse("00-" + TRACE + "-" + SPAN + "-ff", "")
                        .orElseThrow()
                        .traceparent())
                .endsWith("-01");
    }

    @Test
    void takesWhatItKnowsOfALaterVersion() {
        assertThat(TraceContext.parse("cc-" + TRACE + "-" + SPAN + "-01-what-comes", ""))
                .hasValue(new TraceContext(TRACE, SPAN, true, ""));
        assertThat(TraceContext.parse("cc-" + TRACE + "-" + SPAN + "-01", "")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "cc-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c8031g9-b7ad6b7169203331-01"
            })
    void whatBreaksTheStandardIsNoContext(String traceparent) {
        assertThat(TraceContext.parse(traceparent, "a=1")).isEmpty();
        var record =
                record().toBuilder().header("traceparent", ascii(traceparent)).build();
        assertThat(TraceContext.of(record)).isEmpty();
    }

    @Test
    void travelsInHeadersAndReplacesAnEarlierContext() {
        var first = TraceContext.newTrace(true);
        var second = new TraceContext(TRACE, SPAN, false, "vendor=x");
        var record = second.addTo(first.addTo(record()));

        assertThat(TraceContext.of(record)).hasValue(second);
        assertThat(record.headers()).hasSize(2);
        assertThat(first.addTo(record).headers()).hasSize(1);
    }

    @Test
    void severalStatesAreOneAndSeveralParentsNone() {
        var builder = new TraceContext(TRACE, SPAN, false, "a=1").addTo(record()).toBuilder();
        assertThat(TraceContext.of(builder.header("tracestate", ascii("b=2")).build())
                        .orElseThrow()
                        .state())
                .isEqualTo("a=1,b=2");
        assertThat(TraceContext.of(builder.header("traceparent", ascii("x")).build()))
                .isEmpty();
    }

    @Test
    void aStateBeyondTheLimitIsLeftOut() {
        assertThat(TraceContext.parse("00-" + TRACE + "-" + SPAN + "-01", "a=" + "1".repeat(511))
                        .orElseThrow()
                        .state())
                .isEmpty();
    }

    @Test
    void childrenStayInTheTrace() {
        var parent = TraceContext.newTrace(true, new SplittableRandom(1));
        var child = parent.child(new SplittableRandom(2));

        assertThat(child.traceId()).isEqualTo(parent.traceId());
        assertThat(child.spanId()).isNotEqualTo(parent.spanId());
        assertThat(child.sampled()).isTrue();
    }

    @Test
    void idsAreNeverAllZero() {
        var zeroFirst = new java.util.random.RandomGenerator() {
            private long next;

            @Override
            public long nextLong() {
                return next++;
            }
        };
        assertThat(TraceContext.newTrace(false, zeroFirst).spanId()).isEqualTo("0000000000000003");
    }

    @Test
    void badPartsAreRefusedByName() {
        assertThatThrownBy(() -> new TraceContext("x", SPAN, true, "")).hasMessageContaining("traceId is 'x'");
        assertThatThrownBy(() -> new TraceContext(TRACE, "0".repeat(16), true, ""))
                .hasMessageContaining("spanId");
        assertThatThrownBy(() -> new TraceContext(TRACE, SPAN, true, "s".repeat(513)))
                .hasMessageContaining("length of state is 513");
    }

    @Test
    void propagationLeavesRecordsThatHaveAContextAsTheyAre() {
        var own = new TraceContext(TRACE, SPAN, false, "").addTo(record());
        var interceptor = TraceContext.propagating(() -> Optional.of(TraceContext.newTrace(true)));

        assertThat(interceptor.onSend(own)).isSameAs(own);
        assertThat(TraceContext.of(interceptor.onSend(record()))).isPresent();
        assertThat(TraceContext.propagating(Optional::empty).onSend(record()).headers())
                .isEqualTo(List.of());
    }
}
