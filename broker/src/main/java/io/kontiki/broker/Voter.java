package io.kontiki.broker;

import io.kontiki.metadata.Endpoint;

/**
 * A member of the metadata quorum.
 *
 * @param brokerId the broker's number
 * @param endpoint where the other voters reach its quorum listener
 */
public record Voter(int brokerId, Endpoint endpoint) {
    static final ConfigType<Voter> TYPE = new ConfigType<>("id@host:port, as in 0@b0.example.org:9393", text -> {
        int at = text.indexOf('@');
        ConfigType.require(at > 0);
        return new Voter(
                BrokerKeys.BROKER_ID.type().parser().apply(text.substring(0, at)),
                ConfigType.endpoint().parser().apply(text.substring(at + 1)));
    });

    @Override
    public String toString() {
        return brokerId + "@" + endpoint;
    }
}
