package io.kontiki.cli;

import io.kontiki.client.Admin;
import io.kontiki.client.ClientBuilder;
import io.kontiki.client.Consumer;
import io.kontiki.client.Producer;
import java.time.Duration;
import java.util.function.Function;

/** Makes clients as the global options say. */
final class Clients {
    private static final String CLIENT_ID = "kontiki-cli";
    /** Somebody waits at the keyboard: where no broker takes a connection, say so soon. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    /** So long may one of many brokers take to answer; those that hang must not use up the user's patience. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private final Terminal terminal;
    private final GlobalOptions options;

    Clients(Terminal terminal, GlobalOptions options) {
        this.terminal = terminal;
        this.options = options;
    }

    /** Does something with an admin, and closes it. */
    <T> T withAdmin(Function<Admin, T> work) {
        try (Admin admin = configured(Admin.builder()).build()) {
            return work.apply(admin);
        }
    }

    /** The longest wait for answers of all brokers together, if each can tell at once. */
    Duration answerLimit() {
        return shorter(options.timeout(), ANSWER_TIMEOUT);
    }

    /** The same for what takes a broker longer. */
    Duration workLimit() {
        return options.timeout();
    }

    /** As long as a broker is waited for that should be up. */
    Duration connectLimit() {
        return shorter(options.timeout(), CONNECT_TIMEOUT);
    }

    /** The same with an admin that asks one broker alone, which should be up: it is not waited for. */
    <T> T withAdminAt(String address, Function<Admin, T> work) {
        return withAdminAt(address, connectLimit(), work);
    }

    /** The same for what takes a broker longer than an answer does. */
    <T> T withAdminWorkingAt(String address, Function<Admin, T> work) {
        return withAdminAt(address, workLimit(), work);
    }

    private <T> T withAdminAt(String address, Duration timeout, Function<Admin, T> work) {
        try (Admin admin =
                configured(Admin.builder(), address).requestTimeout(timeout).build()) {
            return work.apply(admin);
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    Consumer.Builder consumer() {
        return configured(Consumer.builder());
    }

    /** The time-out also bounds the delivery of each record. */
    Producer.Builder producer() {
        return configured(Producer.builder()).deliveryTimeout(options.timeout()).maxBlock(options.timeout());
    }

    private <B extends ClientBuilder<B>> B configured(B builder) {
        return configured(builder, options.bootstrap(terminal));
    }

    private <B extends ClientBuilder<B>> B configured(B builder, String bootstrap) {
        ClientLogs.configure(options.verbose(), terminal.err());
        try {
            return builder.bootstrapServers(bootstrap)
                    .clientId(CLIENT_ID)
                    .connectTimeout(CONNECT_TIMEOUT)
                    .requestTimeout(options.timeout());
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, e.getMessage(), "Check --bootstrap, KONTIKI_BOOTSTRAP and --timeout.", e);
        }
    }
}
