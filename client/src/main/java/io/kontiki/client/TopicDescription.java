package io.kontiki.client;

import java.util.List;

/**
 * A topic and all of its configuration.
 *
 * @param topic the topic
 * @param configs every configuration key, in the broker's order
 */
public record TopicDescription(TopicInfo topic, List<ConfigEntry> configs) {}
