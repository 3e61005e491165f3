package io.kontiki.chaos.fault;

import io.kontiki.chaos.cluster.ChaosCluster;
import java.util.List;
import java.util.OptionalInt;

/**
 * Whom a fault strikes, by number or by role at that moment: {@code broker:2}, {@code leader:0} (of partition 0),
 * {@code controller}, {@code replica:0} (the first replica of partition 0, as the topic was made), {@code outsider} (the
 * highest number, no voter where there are fewer voters than brokers).
 */
public record Target(String role, int number) {
    private static final List<String> NUMBERED = List.of("broker", "leader", "replica");
    private static final List<String> PLAIN = List.of("controller", "outsider");

    public Target {
        if (!NUMBERED.contains(role) && !PLAIN.contains(role)) {
            throw new IllegalArgumentException("target " + role + " is unknown; there are " + NUMBERED
                    + " with a number, such as broker:1, and " + PLAIN);
        }
    }

    /** @throws IllegalArgumentException saying what targets there are */
    static Target parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return new Target(text, 0);
        }
        try {
            return new Target(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("target " + text + " has no number behind its colon", e);
        }
    }

    /** The broker that this is now. Where nobody has the role, some broker is taken. */
    int resolve(ChaosCluster cluster) {
        int highest = cluster.layout().brokers();
        return switch (role) {
            case "broker" -> Math.min(Math.max(1, number), highest);
            case "leader" ->
                some(cluster.leader(Math.min(number, cluster.layout().partitions() - 1)));
            case "controller" -> some(cluster.controller());
            case "replica" -> {
                List<Integer> replicas = cluster.replicas(0);
                yield replicas.get(Math.min(number, replicas.size() - 1));
            }
            case "outsider" -> highest;
            default -> throw new AssertionError(role);
        };
    }

    private static int some(OptionalInt broker) {
        return broker.orElse(1);
    }

    @Override
    public String toString() {
        return NUMBERED.contains(role) ? role + ":" + number : role;
    }
}
