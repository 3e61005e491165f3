package io.kontiki.benchmark.versus.load;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Named settings of a scenario, in the order in which they were given; also what a load process gets as its arguments. */
public record Parameters(Map<String, String> values) {
    public Parameters {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** Each argument {@code key=value}. */
    public static Parameters of(String... pairs) {
        return of(List.of(pairs));
    }

    /** As {@link #of(String...)}. */
    public static Parameters of(List<String> pairs) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("'" + pair + "' is not key=value");
            }
            values.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return new Parameters(values);
    }

    public Parameters with(String key, Object value) {
        Map<String, String> changed = new LinkedHashMap<>(values);
        changed.put(key, value.toString());
        return new Parameters(changed);
    }

    /** These, with what the others say instead; the others may only name keys that are there. */
    public Parameters overriddenBy(Parameters others) {
        Set<String> unknown = new TreeSet<>(others.values.keySet());
        unknown.removeAll(values.keySet());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("unknown parameter " + unknown + "; there are " + values.keySet());
        }
        Map<String, String> changed = new LinkedHashMap<>(values);
        changed.putAll(others.values);
        return new Parameters(changed);
    }

    public String text(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("parameter " + key + " is missing; there are " + values.keySet());
        }
        return value;
    }

    /** A value that must be one of these. */
    public String oneOf(String key, String... allowed) {
        String value = text(key);
        if (!Set.of(allowed).contains(value)) {
            throw new IllegalArgumentException(key + " is '" + value + "', must be one of " + List.of(allowed));
        }
        return value;
    }

    /** A whole number from {@code min} to {@code max}. */
    public int number(String key, int min, int max) {
        String value = text(key);
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException notOne) {
            // Told below, with the limits.
        }
        throw new IllegalArgumentException(key + " is '" + value + "', must be a number from " + min + " to " + max);
    }

    /** As arguments of a command, for {@link #of(List)}. */
    public List<String> arguments() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }

    @Override
    public String toString() {
        return arguments().stream().collect(Collectors.joining(","));
    }
}
