package io.kontiki.broker;

import java.time.Duration;

/**
 * A range to draw a time-out from.
 *
 * @param min shortest, inclusive
 * @param max longest, inclusive; above {@code min}, so that rivals draw different values
 */
public record MillisRange(Duration min, Duration max) {
    /** Below 50 ms, a pause of the collector would depose a leader; above a minute, nobody waits. */
    static final ConfigType<MillisRange> TYPE = new ConfigType<>(
            "ms", "a range min-max in milliseconds, as in 300-600, with 50 <= min < max <= 60000", text -> {
                var parts = text.split("-", -1);
                ConfigType.require(parts.length == 2);
                var item = ConfigType.duration(Duration.ofMillis(50), Duration.ofMinutes(1))
                        .parser();
                var range = new MillisRange(item.apply(parts[0].strip()), item.apply(parts[1].strip()));
                ConfigType.require(range.min.compareTo(range.max) < 0);
                return range;
            });
}
