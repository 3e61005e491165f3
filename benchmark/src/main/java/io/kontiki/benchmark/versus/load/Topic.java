package io.kontiki.benchmark.versus.load;

/**
 * A topic to be made.
 *
 * @param flushEach whether a record counts only once it is forced to the disk
 */
record Topic(String name, int partitions, int replicas, boolean flushEach) {
    private static final int PARTITIONS_MAX = 10_000;

    /** With the parameters' {@code partitions}, {@code rf} and {@code flush}. */
    static Topic from(String name, Parameters parameters) {
        return new Topic(
                name,
                parameters.number("partitions", 1, PARTITIONS_MAX),
                parameters.number("rf", 1, 5),
                parameters.oneOf("flush", "os", "each").equals("each"));
    }

    /** In-sync replicas that an acknowledged write needs: what both systems recommend. */
    int minInsync() {
        return replicas > 2 ? 2 : 1;
    }
}
