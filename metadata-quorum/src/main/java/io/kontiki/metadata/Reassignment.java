package io.kontiki.metadata;

import java.util.List;

/**
 * How the replicas of a partition are being moved (rule M11). Those of the partition are the earlier ones and the wanted
 * ones together, until all wanted ones are in sync.
 *
 * @param adding replicas that were not there before
 * @param removing replicas that go when all wanted ones are in sync
 * @param minIsr the partition's {@code minIsr} from then on (rule M7); 0 if nothing is moved
 * @param bytesPerSecondMax most bytes per second that one broker sends to replicas that are being added; 0 for no limit
 */
public record Reassignment(List<Integer> adding, List<Integer> removing, int minIsr, long bytesPerSecondMax) {
    /** Nothing is moved. */
    public static final Reassignment NONE = new Reassignment(List.of(), List.of(), 0, 0);

    public Reassignment {
        adding = List.copyOf(adding);
        removing = List.copyOf(removing);
    }

    public boolean isUnderWay() {
        return !adding.isEmpty() || !removing.isEmpty();
    }

    public Reassignment withMinIsr(int value) {
        return new Reassignment(adding, removing, value, bytesPerSecondMax);
    }

    public Reassignment withBytesPerSecondMax(long value) {
        return new Reassignment(adding, removing, minIsr, value);
    }
}
