package io.kontiki.group;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression that members subscribe by, in the syntax of RE2. Its engine does not backtrack: a match takes at most
 * as many steps as the name has characters, times the {@link #size} of the pattern, which is bounded. Immutable.
 */
final class TopicPattern {
    private static final int CHARS_MAX = 1000;
    /** Counted repetitions are written out before anything can be measured. */
    private static final long WRITTEN_OUT_MAX = 20_000;

    private static final int SIZE_MAX = 2000;
    private static final java.util.regex.Pattern COUNT = java.util.regex.Pattern.compile("\\{([0-9]+)(?:,([0-9]*))?}");

    private final Pattern pattern;

    private TopicPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** @throws IllegalArgumentException if it is no regular expression, too long or too large */
    static TopicPattern of(String text) {
        if (text.length() > CHARS_MAX) {
            throw new IllegalArgumentException(
                    "topic_pattern has " + text.length() + " characters, at most " + CHARS_MAX + " are allowed");
        }
        if (writtenOut(text) > WRITTEN_OUT_MAX) {
            throw new IllegalArgumentException(
                    "topic_pattern repeats too often: its length times all of its counts is more than "
                            + WRITTEN_OUT_MAX);
        }
        var compiled = compiled(text);
        if (compiled.programSize() > SIZE_MAX) {
            throw new IllegalArgumentException("topic_pattern takes up to " + compiled.programSize()
                    + " steps for each character of a name, at most " + SIZE_MAX + " are allowed");
        }
        return new TopicPattern(compiled);
    }

    private static Pattern compiled(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "topic_pattern is no regular expression: " + e.getDescription() + " in \"" + e.getPattern() + "\"",
                    e);
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("topic_pattern is nested too deeply", e);
        }
    }

    /** How long the pattern would be with every repetition written out, if all were nested: at least what it is. */
    private static long writtenOut(String text) {
        long length = text.length();
        var counts = COUNT.matcher(text);
        while (counts.find() && length <= WRITTEN_OUT_MAX) {
            length *= Math.max(1, Math.max(count(counts.group(1)), count(counts.group(2))));
        }
        return length;
    }

    /** What is longer is too much in any case. */
    private static long count(String digits) {
        if (digits == null || digits.isEmpty()) {
            return 0;
        }
        return digits.length() > 9 ? WRITTEN_OUT_MAX + 1 : Long.parseLong(digits);
    }

    /** Most steps for one character of a name. */
    int size() {
        return pattern.programSize();
    }

    /** Whether the whole name matches. */
    boolean matches(String topic) {
        return pattern.matches(topic);
    }
}
