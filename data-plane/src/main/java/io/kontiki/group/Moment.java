package io.kontiki.group;

/**
 * The time at which an event is handled.
 *
 * @param nanos of the monotonic clock; compared by difference
 * @param epochMillis of the wall clock, for what is stored and for the expiry of groups only
 */
public record Moment(long nanos, long epochMillis) {}
