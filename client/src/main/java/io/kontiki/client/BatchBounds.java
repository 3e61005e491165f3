package io.kontiki.client;

import io.kontiki.record.Compression;

/**
 * What a new batch keeps to.
 *
 * @param codec how its records are packed
 * @param targetBytes size that it is filled up to; one larger record makes a batch of its own
 * @param limitBytes size above which no broker takes it, as far as known; else the greatest integer
 */
record BatchBounds(Compression codec, int targetBytes, int limitBytes) {}
