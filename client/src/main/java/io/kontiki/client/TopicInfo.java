package io.kontiki.client;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A topic as the cluster's metadata has it.
 *
 * @param id its id; a topic deleted and made again has another one
 * @param name its name
 * @param partitions by number, from 0 on
 * @param configs configuration that differs from the defaults, by key
 */
public record TopicInfo(UUID id, String name, List<PartitionInfo> partitions, Map<String, String> configs) {}
