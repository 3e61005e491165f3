package io.kontiki.controller;

/**
 * The time of an event, as two clocks tell it.
 *
 * @param epochMillis wall clock, milliseconds since 1970: for time stamps inside commands only
 * @param monotonicNanos a clock that never jumps, nanoseconds from any origin: for sessions and delays
 */
public record Now(long epochMillis, long monotonicNanos) {}
