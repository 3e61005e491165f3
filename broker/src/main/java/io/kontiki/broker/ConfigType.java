package io.kontiki.broker;

import io.kontiki.metadata.DynamicKey;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.QuantityText;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicConfigKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How the text of a value is read.
 *
 * @param unit of a plain number; empty if it is none, or counts things
 * @param limits what is allowed, in words that fit after "must be"
 * @param parser throws {@link IllegalArgumentException} if the text is not allowed
 */
record ConfigType<T>(String unit, String limits, Function<String, T> parser) {
    private static final Pattern LISTENER = Pattern.compile("GRPC://(.*)");
    /** Means something to who listens alone. */
    private static final Pattern EVERY_INTERFACE = Pattern.compile("0+(\\.0+){0,3}|[0:]*:[0:]*");

    private static final Pattern HOST_AND_PORT = Pattern.compile("(\\[[0-9A-Fa-f:.]*]|[^\\[\\]:]*):([0-9]{1,5})");

    ConfigType(String limits, Function<String, T> parser) {
        this("", limits, parser);
    }

    /** The same, of numbers in a unit. */
    ConfigType<T> in(String otherUnit) {
        return new ConfigType<>(otherUnit, limits, parser);
    }

    static ConfigType<Integer> integer(int min, int max) {
        return new ConfigType<>(
                "a number from " + min + " to " + max,
                text -> Math.toIntExact(checked(QuantityText.count(text), min, max)));
    }

    /** A duration in milliseconds, or with a unit of ms, s, m, h or d. */
    static ConfigType<Duration> duration(Duration min, Duration max) {
        return new ConfigType<>(
                "ms",
                "a duration from " + min.toMillis() + "ms to " + max.toMillis() + "ms, as in 500ms or 10s",
                text -> Duration.ofMillis(checked(QuantityText.millis(text), min.toMillis(), max.toMillis())));
    }

    /** A size in bytes, or with a unit of KiB, MiB, GiB, KB, MB or GB. */
    static ConfigType<Integer> size(int minBytes, int maxBytes) {
        return new ConfigType<>(
                "bytes",
                "a size from " + minBytes + " to " + maxBytes + " bytes, as in 65536 or 64KiB",
                text -> Math.toIntExact(checked(QuantityText.bytes(text), minBytes, maxBytes)));
    }

    /** As {@link #size(int, int)}, for what may be beyond 2 GiB. */
    static ConfigType<Long> longSize(long minBytes) {
        return new ConfigType<>(
                "bytes",
                "a size of at least " + minBytes + " bytes, as in 134217728 or 128MiB",
                text -> checked(QuantityText.bytes(text), minBytes, Long.MAX_VALUE));
    }

    /** What a topic's key may be, as the text that the topic gets; a size or duration may have a unit here. */
    static ConfigType<String> topic(TopicConfigKey key) {
        return new ConfigType<>(unit(key.unit()), key.limits(), text -> {
            var value = key.plain(text);
            require(TopicConfig.problem(key.key(), value).isEmpty());
            return value;
        });
    }

    /**
     * What a key may be that changes while the broker runs, as the quorum checks it.
     *
     * @param parser of what is allowed, a number without a unit where it is one
     */
    static <T> ConfigType<T> dynamic(DynamicKey key, Function<String, T> parser) {
        return new ConfigType<>(unit(key.unit()), key.limits(), text -> {
            var value = key.plain(text);
            require(key.check(value).isEmpty());
            return parser.apply(value);
        });
    }

    /** What a plain number counts, in words; empty if it counts things. */
    static String unit(TopicConfigKey.Unit unit) {
        return switch (unit) {
            case NONE -> "";
            case BYTES -> "bytes";
            case MILLIS -> "ms";
        };
    }

    static ConfigType<Boolean> bool() {
        return new ConfigType<>("true or false", text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        });
    }

    static <E extends Enum<E>> ConfigType<E> choice(Class<E> type) {
        var words = Arrays.stream(type.getEnumConstants())
                .collect(Collectors.toMap(constant -> constant.name().toLowerCase(Locale.ROOT), Function.identity()));
        return new ConfigType<>(
                words.keySet().stream().sorted().collect(Collectors.joining(" or ")),
                text -> required(words.get(text)));
    }

    /** Free text without control characters. */
    static ConfigType<String> text(int maxChars) {
        return new ConfigType<>("1 to " + maxChars + " characters, none of them a control character", text -> {
            require(!text.isEmpty() && text.length() <= maxChars);
            require(text.chars().noneMatch(Character::isISOControl));
            return text;
        });
    }

    /** Text of letters, digits, dot, underscore and hyphen. */
    static ConfigType<String> identifier(int maxChars) {
        return new ConfigType<>("1 to " + maxChars + " letters, digits, '.', '_' or '-'", text -> {
            require(text.length() <= maxChars && text.matches("[A-Za-z0-9._-]+"));
            return text;
        });
    }

    /** Where to listen: an empty host is every interface, port 0 any free port. */
    static ConfigType<ListenAddress> address() {
        return new ConfigType<>("host:port with a port from 0 to 65535; an empty host is every interface", text -> {
            var matcher = matched(HOST_AND_PORT, text);
            return new ListenAddress(host(matcher), port(matcher, 0));
        });
    }

    static ConfigType<ListenAddress> listener() {
        return new ConfigType<>(
                "one listener GRPC://host:port with a port from 0 to 65535; an empty host is every interface", text -> {
                    var matcher = matched(HOST_AND_PORT, matched(LISTENER, text).group(1));
                    return new ListenAddress(host(matcher), port(matcher, 0));
                });
    }

    static ConfigType<Endpoint> advertised() {
        return new ConfigType<>(
                "one listener GRPC://host:port with a host that others can reach and a port from 1 to 65535", text -> {
                    var endpoint = endpoint(matched(LISTENER, text).group(1));
                    require(!EVERY_INTERFACE.matcher(endpoint.host()).matches());
                    return endpoint;
                });
    }

    static ConfigType<Endpoint> endpoint() {
        return new ConfigType<>("host:port with a port from 1 to 65535", ConfigType::endpoint);
    }

    /** Items by comma. */
    static <T> ConfigType<List<T>> list(ConfigType<T> item, int maxItems) {
        return new ConfigType<>("1 to " + maxItems + " items by comma, each " + item.limits, text -> {
            var items = List.of(text.split(",", -1));
            require(items.size() <= maxItems);
            return items.stream().map(String::strip).map(item.parser).toList();
        });
    }

    /** Throws {@link IllegalArgumentException} without a message. */
    static void require(boolean allowed) {
        if (!allowed) {
            throw new IllegalArgumentException();
        }
    }

    private static Endpoint endpoint(String text) {
        var matcher = matched(HOST_AND_PORT, text);
        return new Endpoint(host(matcher), port(matcher, 1));
    }

    private static String host(Matcher matcher) {
        var host = matcher.group(1);
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static int port(Matcher matcher, int min) {
        return Math.toIntExact(checked(Long.parseLong(matcher.group(2)), min, 65535));
    }

    private static Matcher matched(Pattern pattern, String text) {
        var matcher = pattern.matcher(text);
        require(matcher.matches());
        return matcher;
    }

    private static <T> T required(T value) {
        require(value != null);
        return value;
    }

    private static long checked(long value, long min, long max) {
        require(value >= min && value <= max);
        return value;
    }
}
