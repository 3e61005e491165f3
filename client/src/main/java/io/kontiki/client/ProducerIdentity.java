package io.kontiki.client;

/** A producer id with its epoch, as allocated by the cluster. */
record ProducerIdentity(long id, short epoch) {}
