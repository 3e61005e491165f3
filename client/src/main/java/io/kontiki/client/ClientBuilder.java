package io.kontiki.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Settings that producer, consumer and admin share. Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract class ClientBuilder<B extends ClientBuilder<B>> {
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MAX_TIMEOUT = Duration.ofDays(1);
    private static final int MAX_CLIENT_ID_LENGTH = 255;

    private final List<HostPort> bootstrapServers = new ArrayList<>();
    private String clientId = "kontiki-java";
    private Duration requestTimeout = Duration.ofSeconds(30);
    private Duration connectTimeout = Duration.ofSeconds(5);
    private int maxInboundBytes = 64 << 20;
    private final Map<HostPort, HostPort> routes = new HashMap<>();
    private Transport transport;

    ClientBuilder() {}

    abstract B self();

    /**
     * Brokers to ask first, each {@code host:port} or {@code host} (then port 9392), also several in one string with
     * commas between. Any one that is up is enough; the others are learned from it. Required.
     */
    public B bootstrapServers(String... servers) {
        for (var list : servers) {
            bootstrapServers.addAll(HostPort.parseList(list));
        }
        return self();
    }

    /** A name for the brokers' logs and metrics, 1 to 255 printable ASCII characters. Default {@code kontiki-java}. */
    public B clientId(String id) {
        Limits.within("clientId length", id.length(), 1, MAX_CLIENT_ID_LENGTH);
        if (!id.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("clientId is '" + id + "', must be printable ASCII");
        }
        this.clientId = id;
        return self();
    }

    /** How long one call may take, retries included, 1 ms to 1 day. Default 30 s. */
    public B requestTimeout(Duration timeout) {
        this.requestTimeout = Limits.within("requestTimeout", timeout, MIN_TIMEOUT, MAX_TIMEOUT);
        return self();
    }

    /**
     * How long calls of an admin and look-ups of a consumer go on trying while no broker at all can be reached, 1 ms to
     * 1 day; the request time-out still holds. Default 5 s. (A producer's send tries for {@code maxBlock}.)
     */
    public B connectTimeout(Duration timeout) {
        this.connectTimeout = Limits.within("connectTimeout", timeout, MIN_TIMEOUT, MAX_TIMEOUT);
        return self();
    }

    /** Largest message taken from a broker, in bytes, 1 MiB to 1 GiB. Default 64 MiB. */
    public B maxInboundBytes(int bytes) {
        this.maxInboundBytes = (int) Limits.within("maxInboundBytes", bytes, 1 << 20, 1 << 30);
        return self();
    }

    /**
     * Connects to another address than a broker tells, as behind a tunnel or a forwarded port.
     *
     * @param advertised what the broker tells, {@code host:port}
     * @param reached where it is reached instead, {@code host:port}
     */
    public B route(String advertised, String reached) {
        routes.put(HostPort.parse(advertised), HostPort.parse(reached));
        return self();
    }

    /** For tests: other connections than TCP. */
    B transport(Transport transport) {
        this.transport = Objects.requireNonNull(transport, "transport");
        return self();
    }

    ClientConfig clientConfig() {
        if (bootstrapServers.isEmpty()) {
            throw new IllegalArgumentException("bootstrapServers is not set: name at least one broker as host:port");
        }
        return new ClientConfig(List.copyOf(bootstrapServers), clientId, requestTimeout, connectTimeout);
    }

    Transport transport() {
        var direct = transport != null ? transport : new NettyTransport(clientId, maxInboundBytes);
        var known = Map.copyOf(routes);
        return (address, listener) -> direct.open(known.getOrDefault(address, address), listener);
    }
}
