package io.kontiki.broker.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a caller asks of a page.
 *
 * @param raw what stands behind the question mark, as it came; empty for nothing
 * @param accept the header {@code Accept}; empty for none
 */
public record HttpQuery(String raw, String accept) {
    /** Whether the parameter is there, with or without a value. */
    public boolean has(String name) {
        for (String part : raw.split("&")) {
            if (decoded(part.split("=", 2)[0]).filter(name::equals).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** All values of a parameter, in the order in which they came. */
    public Set<String> values(String name) {
        Set<String> values = new LinkedHashSet<>();
        for (String part : raw.split("&")) {
            String[] pair = part.split("=", 2);
            if (pair.length == 2 && decoded(pair[0]).filter(name::equals).isPresent()) {
                decoded(pair[1]).ifPresent(values::add);
            }
        }
        return values;
    }

    /** Empty for what is not encoded as it should be: it then names nothing that is known here. */
    private static Optional<String> decoded(String text) {
        try {
            return Optional.of(URLDecoder.decode(text, UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
