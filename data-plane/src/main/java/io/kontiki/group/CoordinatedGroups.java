package io.kontiki.group;

import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.Slot;
import io.kontiki.metadata.SlotsImage;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The groups whose slots this broker owns in its image, as far as something of them has to be remembered (rule C1). */
final class CoordinatedGroups {
    private final int brokerId;
    private final GroupSettings settings;
    private final SubscribedTopics topics;
    private final Outbox outbox;
    private final Map<String, CoordinatedGroup> byId = new TreeMap<>();
    private SlotsImage slots = SlotsImage.EMPTY;

    CoordinatedGroups(int brokerId, GroupSettings settings, SubscribedTopics topics, Outbox outbox) {
        this.brokerId = brokerId;
        this.settings = settings;
        this.topics = topics;
        this.outbox = outbox;
    }

    /** Whether the broker owns the group's slot, as far as it has heard. */
    boolean coordinates(String groupId) {
        return slot(groupId).owner() == brokerId;
    }

    Slot slot(String groupId) {
        return slots.of(groupId);
    }

    /** The broker's image went on, by {@code delta}. */
    void onImage(MetadataImage image, MetadataDelta delta, Moment now) {
        var changedTopics = topics.onImage(image, delta);
        boolean moved = slots != image.slots() && !slots.equals(image.slots());
        if (moved) {
            slots = image.slots();
            dropLost();
        }
        // Before those are opened that are new here: these look whether their targets are complete.
        if (!changedTopics.isEmpty()) {
            reassign(changedTopics, now);
        }
        if (moved) {
            openTaken(now);
        }
        byId.forEach((id, group) -> {
            boolean touched = delta.groups().changed().contains(id)
                    || delta.groups().removed().contains(id);
            if (touched || group.waitsForImage()) {
                group.onImage(now);
            }
        });
        byId.values().removeIf(CoordinatedGroup::idle);
    }

    /** One that this broker coordinates, be there a record of it or not. */
    CoordinatedGroup open(String groupId, Moment now) {
        var group = byId.computeIfAbsent(
                groupId, id -> new CoordinatedGroup(id, slot(id).epoch(), settings, topics, outbox));
        group.onImage(now);
        return group;
    }

    /** If something of it is remembered. */
    Optional<CoordinatedGroup> find(String groupId) {
        return Optional.ofNullable(byId.get(groupId));
    }

    void forEach(Consumer<CoordinatedGroup> action) {
        byId.values().forEach(action);
    }

    private void dropLost() {
        byId.entrySet().removeIf(entry -> {
            boolean kept = coordinates(entry.getKey())
                    && slot(entry.getKey()).epoch() == entry.getValue().slotEpoch();
            if (!kept) {
                entry.getValue().drop(Refusal.notCoordinator(entry.getKey()));
            }
            return !kept;
        });
    }

    private void openTaken(Moment now) {
        for (var group : topics.image().groups().byId().values()) {
            if (!group.isEmpty() && coordinates(group.id()) && !byId.containsKey(group.id())) {
                open(group.id(), now).change(new GroupChange.CheckTargets(), now);
            }
        }
    }

    /** Targets of groups that subscribe to one of these topics are made anew. */
    private void reassign(Set<String> changedTopics, Moment now) {
        for (var entry : byId.entrySet()) {
            if (topics.image()
                    .group(entry.getKey())
                    .filter(group -> wants(group, changedTopics))
                    .isPresent()) {
                entry.getValue().change(new GroupChange.TopicsChanged(), now);
            }
        }
    }

    private boolean wants(GroupImage group, Set<String> names) {
        return group.members().values().stream()
                .anyMatch(member -> names.stream().anyMatch(name -> topics.subscribes(member, name)));
    }
}
