package io.kontiki.client;

import java.util.List;
import java.util.OptionalLong;

/**
 * Version and limits of one broker.
 *
 * @param version version of the software
 * @param brokerId id of the broker
 * @param clusterId id of the cluster
 * @param maxMessageBytes largest record batch, in bytes, unless a topic sets {@code max.message.bytes}
 * @param maxRequestBytes largest gRPC message, in bytes
 * @param maxTopicNameLength longest topic name, in characters
 * @param features names of optional features that are there
 * @param timeMs its clock when it answered, in milliseconds since 1970; empty if it does not tell
 */
public record ServerInfo(
        String version,
        int brokerId,
        String clusterId,
        int maxMessageBytes,
        int maxRequestBytes,
        int maxTopicNameLength,
        List<String> features,
        OptionalLong timeMs) {}
