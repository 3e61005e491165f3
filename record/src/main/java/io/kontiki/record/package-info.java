/**
 * The record batch, version 2: the unit of append, checksum and replication. The same bytes travel in produce and fetch
 * calls, on the replication stream and rest on disk. Pure: no I/O, no clock. Depends on the JDK and the
 * three compression libraries alone, so that brokers and clients share one implementation.
 */
package io.kontiki.record;
