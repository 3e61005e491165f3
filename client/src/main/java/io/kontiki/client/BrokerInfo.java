package io.kontiki.client;

import java.util.Optional;

/**
 * A registered broker.
 *
 * @param id its number
 * @param host host name for clients
 * @param port gRPC port for clients
 * @param rack where it stands, if told
 * @param epoch number of its present run
 * @param fenced whether it is kept from leading, because it is not heard from or has not caught up
 * @param shuttingDown whether it is stopping
 */
public record BrokerInfo(
        int id, String host, int port, Optional<String> rack, long epoch, boolean fenced, boolean shuttingDown) {}
