package io.kontiki.benchmark.versus.cluster;

import java.util.List;

/**
 * Heap of each broker, the same for both systems.
 *
 * @param initialMebibytes at the start, in MiB
 * @param maxMebibytes at most, in MiB
 */
public record JvmMemory(int initialMebibytes, int maxMebibytes) {
    List<String> options() {
        return List.of("-Xms" + initialMebibytes + "m", "-Xmx" + maxMebibytes + "m", "-XX:+UseG1GC");
    }
}
