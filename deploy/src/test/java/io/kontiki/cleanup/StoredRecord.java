package io.kontiki.cleanup;

import java.util.Optional;

/**
 * A record where it is stored.
 *
 * @param timestampMs no two records of a load have the same
 * @param value empty for a tombstone
 */
record StoredRecord(int partition, long offset, long timestampMs, String key, Optional<String> value) {}
