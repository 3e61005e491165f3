package io.kontiki.client;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A consumer group in short.
 *
 * @param id its id
 * @param state whether partitions are changing hands
 * @param members how many there are
 * @param assignor how its partitions are spread; empty if this client does not know the way
 * @param coordinatorId id of the broker that coordinates it, if one does now
 */
public record GroupInfo(
        String id, GroupState state, int members, Optional<Assignor> assignor, OptionalInt coordinatorId) {}
