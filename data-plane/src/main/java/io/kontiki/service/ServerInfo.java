package io.kontiki.service;

import java.util.List;
import java.util.function.Supplier;

/**
 * What a broker tells of itself.
 *
 * @param version of the software
 * @param brokerId its number
 * @param messageMaxBytes largest record batch where a topic sets no other limit
 * @param requestMaxBytes largest gRPC message it takes
 * @param voters ids of the brokers that vote in the metadata quorum now, as far as this broker knows
 */
public record ServerInfo(
        String version, int brokerId, int messageMaxBytes, int requestMaxBytes, Supplier<List<Integer>> voters) {}
