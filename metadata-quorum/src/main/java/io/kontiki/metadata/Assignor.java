package io.kontiki.metadata;

import java.util.Optional;

/** How the partitions of a group are spread over its members; the numbers are those of {@code kontiki.v1.Assignor}. */
public enum Assignor {
    /** Of each topic, a run of neighbouring partitions for each member. */
    RANGE(1),
    /** All partitions in turn. */
    ROUND_ROBIN(2),
    /** Even, and as few partitions as possible change hands. */
    STICKY(3);

    private final int number;

    Assignor(int number) {
        this.number = number;
    }

    /** As it travels and is stored. */
    public int number() {
        return number;
    }

    /** Empty if no assignor has that number. */
    public static Optional<Assignor> of(int number) {
        return switch (number) {
            case 1 -> Optional.of(RANGE);
            case 2 -> Optional.of(ROUND_ROBIN);
            case 3 -> Optional.of(STICKY);
            default -> Optional.empty();
        };
    }
}
