package io.kontiki.cli;

import io.kontiki.client.Partitioner;
import java.util.Locale;

/** The ways of choosing partitions that have a name on the command line. */
enum PartitionerChoice {
    /** By the key; without one, batch by batch. */
    KEY(Partitioner.byKey()),
    /** By the key; without one, record by record. */
    ROUND_ROBIN(Partitioner.roundRobin()),
    /** Batch by batch, whatever the key. */
    STICKY(Partitioner.sticky());

    private final Partitioner partitioner;

    PartitionerChoice(Partitioner partitioner) {
        this.partitioner = partitioner;
    }

    Partitioner partitioner() {
        return partitioner;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
