package io.kontiki.broker;

import io.kontiki.metadata.Excerpt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values that stand elsewhere: <code>${env:NAME}</code> is a variable of the environment, <code>${file:/path}</code> the
 * content of a file in UTF-8, without the line feed at its end. What they give is not looked into again. <code>$${</code>
 * is <code>${</code> itself.
 */
final class ConfigReferences {
    static final int FILE_BYTES_MAX = 64 << 10;

    private static final Pattern REFERENCE = Pattern.compile("\\$(\\$\\{)|\\$\\{([^}]*)(}?)");

    private final Map<String, String> environment;

    ConfigReferences(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * The text with what its references stand for.
     *
     * @throws IllegalArgumentException that names the reference and what is wrong with it, never what it gave
     */
    String resolve(String text) {
        var matcher = REFERENCE.matcher(text);
        var resolved = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(resolved, Matcher.quoteReplacement(replacement(matcher)));
        }
        return matcher.appendTail(resolved).toString();
    }

    private String replacement(Matcher matcher) {
        if (matcher.group(1) != null) {
            return matcher.group(1);
        }
        String reference = matcher.group(2);
        if (matcher.group(3).isEmpty()) {
            throw new IllegalArgumentException("has \"${\" without a \"}\"; $${ is for ${ itself");
        }
        if (reference.startsWith("env:")) {
            return variable(reference.substring("env:".length()));
        }
        if (reference.startsWith("file:")) {
            return content(reference.substring("file:".length()));
        }
        throw new IllegalArgumentException("refers to ${" + Excerpt.of(reference)
                + "}, but there are only ${env:NAME} and ${file:/path}; $${ is for ${ itself");
    }

    private String variable(String name) {
        String value = environment.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "refers to the environment variable " + Excerpt.of(name) + ", which is not set");
        }
        return value;
    }

    private static String content(String name) {
        String what = "refers to the file " + Excerpt.of(name) + ", which ";
        try {
            var file = Path.of(name);
            if (!file.isAbsolute()) {
                throw new IllegalArgumentException(what + "must be named by its whole path, from / on");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(RegularFile.read(file, FILE_BYTES_MAX)))
                    .toString()
                    .replaceFirst("\r?\n$", "");
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(what + "does not exist", e);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(what + "is not in UTF-8", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(what + e.getMessage(), e);
        }
    }
}
