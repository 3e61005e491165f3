package io.kontiki.client;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Where a record belongs in a distributed trace, as the headers {@code traceparent} and {@code tracestate} of W3C Trace
 * Context (Recommendation of 2021, level 1) carry it from producer to consumer. Immutable. This is the context alone:
 * spans are measured and sent by the tracing library of the program.
 *
 * @param traceId 32 lower-case hexadecimal digits, not all 0
 * @param spanId id of the span that the holder works for, 16 lower-case hexadecimal digits, not all 0
 * @param sampled whether the caller may have recorded its part
 * @param state what tracing systems added, as they wrote it; empty for nothing. At most 512 characters
 */
public record TraceContext(String traceId, String spanId, boolean sampled, String state) {
    /** Name of the header with trace, span and flags. */
    public static final String TRACEPARENT = "traceparent";
    /** Name of the header with the additions of tracing systems. */
    public static final String TRACESTATE = "tracestate";

    private static final int MAX_STATE_CHARS = 512;
    private static final Pattern TRACE_ID = Pattern.compile("(?!0{32})[0-9a-f]{32}");
    private static final Pattern SPAN_ID = Pattern.compile("(?!0{16})[0-9a-f]{16}");
    private static final Pattern VERSION_0 = Pattern.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})");
    /** Of a later version the part that is known counts, whatever follows behind a dash. */
    private static final Pattern LATER_VERSION =
            Pattern.compile("(?!00|ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?");

    private static final int SAMPLED_BIT = 1;

    /** @throws IllegalArgumentException naming the part that breaks the rules above */
    public TraceContext {
        requireMatch("traceId", traceId, TRACE_ID);
        requireMatch("spanId", spanId, SPAN_ID);
        Limits.within("length of state", state.length(), 0, MAX_STATE_CHARS);
    }

    private static void requireMatch(String field, String value, Pattern pattern) {
        if (!pattern.matcher(value).matches()) {
            throw new IllegalArgumentException(field + " is '" + value
                    + "', must be lower-case hexadecimal of the standard's length and not all 0");
        }
    }

    /** The first span of a new trace, with random ids. */
    public static TraceContext newTrace(boolean sampled) {
        return newTrace(sampled, ThreadLocalRandom.current());
    }

    static TraceContext newTrace(boolean sampled, RandomGenerator random) {
        return new TraceContext(hex(random) + hex(random), hex(random), sampled, "");
    }

    /** A span of the same trace below this one, with a random id. */
    public TraceContext child() {
        return child(ThreadLocalRandom.current());
    }

    TraceContext child(RandomGenerator random) {
        return new TraceContext(traceId, hex(random), sampled, state);
    }

    /** 16 digits, never all 0. */
    private static String hex(RandomGenerator random) {
        long bits = random.nextLong();
        while (bits == 0) {
            bits = random.nextLong();
        }
        return String.format("%016x", bits);
    }

    /** The context that came with a record; empty without one, and where its header breaks the standard. */
    public static Optional<TraceContext> of(ConsumerRecord record) {
        return of(record.headers());
    }

    /** As {@link #of(ConsumerRecord)}, for a record that is to be sent. */
    public static Optional<TraceContext> of(ProducerRecord record) {
        return of(record.headers());
    }

    private static Optional<TraceContext> of(List<Header> headers) {
        var parents = values(headers, TRACEPARENT);
        // Several would mean that it is not known which one is meant.
        return parents.size() == 1
                ? parse(parents.get(0), String.join(",", values(headers, TRACESTATE)))
                : Optional.empty();
    }

    private static List<String> values(List<Header> headers, String name) {
        return headers.stream()
                .filter(header -> header.key().equals(name))
                .flatMap(header -> header.value().stream())
                .map(value -> new String(value, StandardCharsets.US_ASCII))
                .toList();
    }

    /**
     * Reads the two headers; empty if {@code traceparent} breaks the standard.
     *
     * @param tracestate empty for none; one above 512 characters is left out, as the standard allows
     */
    public static Optional<TraceContext> parse(String traceparent, String tracestate) {
        Objects.requireNonNull(tracestate, "tracestate");
        var match = VERSION_0.matcher(traceparent);
        if (!match.matches()) {
            match = LATER_VERSION.matcher(traceparent);
            if (!match.matches()) {
                return Optional.empty();
            }
        }
        var traceId = match.group(1);
        var spanId = match.group(2);
        if (!TRACE_ID.matcher(traceId).matches() || !SPAN_ID.matcher(spanId).matches()) {
            return Optional.empty();
        }
        boolean sampled = (Integer.parseInt(match.group(3), 16) & SAMPLED_BIT) != 0;
        var state = tracestate.length() <= MAX_STATE_CHARS ? tracestate : "";
        return Optional.of(new TraceContext(traceId, spanId, sampled, state));
    }

    /** The value of the header {@code traceparent}, version 00. */
    public String traceparent() {
        return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }

    /** The record with this context in its headers, in place of any other. */
    public ProducerRecord addTo(ProducerRecord record) {
        var builder = record.toBuilder()
                .withoutHeader(TRACEPARENT)
                .withoutHeader(TRACESTATE)
                .header(TRACEPARENT, traceparent().getBytes(StandardCharsets.US_ASCII));
        if (!state.isEmpty()) {
            builder.header(TRACESTATE, state.getBytes(StandardCharsets.US_ASCII));
        }
        return builder.build();
    }

    /**
     * An interceptor that gives each record without a context a child of the present one.
     *
     * @param current asked in each {@code send}, on its thread: the context that the program works under; empty leaves
     *     the record as it is
     */
    public static ProducerInterceptor propagating(Supplier<Optional<TraceContext>> current) {
        Objects.requireNonNull(current, "current");
        return new ProducerInterceptor() {
            @Override
            public ProducerRecord onSend(ProducerRecord record) {
                if (of(record).isPresent()) {
                    return record;
                }
                return current.get()
                        .map(context -> context.child().addTo(record))
                        .orElse(record);
            }
        };
    }
}
