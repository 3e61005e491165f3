/**
 * Consumer groups as pure state machines: who owns which partition, whose session goes on, which commits are under way.
 * Entry type: {@link io.kontiki.group.GroupCoordinator}. It is handed events and the time, and returns effects that its
 * loop runs; it does no I/O, reads no clock, starts no thread and draws no random number, so that a simulator drives the
 * very classes that run in production. The state of record is the quorum's (rules C1, G1 to G6): what a coordinator holds
 * in memory is sessions, streams and what is in flight, and may be lost. Depends on {@code io.kontiki.metadata} values and
 * on protocol messages only.
 */
package io.kontiki.group;
