package io.kontiki.chaos.pods;

/**
 * A part of a rehearsal.
 *
 * @param began nanoseconds since the run began
 * @param ended likewise
 * @param pods that were started in it
 * @param writes whether writing is to go on in it
 */
public record Phase(String name, long began, long ended, int pods, boolean writes) {}
