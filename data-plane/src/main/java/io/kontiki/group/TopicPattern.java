package io.kontiki.group;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression that members subscribe by. Java's engine backtracks, so that a pattern of a few characters can keep
 * a processor busy for years; here each match may read a bounded number of characters, and one that would read more is
 * given up. A count and not a time limit, so that every broker decides alike. Not thread-safe.
 */
final class TopicPattern {
    /** Characters that may be read to match one name; some tenths of a millisecond. */
    static final int READS_MAX = 50_000;

    private static final int CHARS_MAX = 1000;

    private final Pattern pattern;
    private long reads;

    private TopicPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** @throws IllegalArgumentException if it is no regular expression or too long */
    static TopicPattern of(String text) {
        if (text.length() > CHARS_MAX) {
            throw new IllegalArgumentException(
                    "topic_pattern has " + text.length() + " characters, at most " + CHARS_MAX + " are allowed");
        }
        try {
            return new TopicPattern(Pattern.compile(text));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "topic_pattern is no regular expression: " + e.getDescription() + " near index " + e.getIndex(), e);
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("topic_pattern is nested too deeply", e);
        }
    }

    /** Outcome of a match. */
    enum Match {
        YES,
        NO,
        /** Given up. */
        TOO_COSTLY
    }

    /** Whether the whole name matches. */
    Match match(String topic) {
        var text = new CountedText(topic);
        try {
            return pattern.matcher(text).matches() ? Match.YES : Match.NO;
        } catch (TooManyReads | StackOverflowError e) {
            // The engine recurses where groups repeat. Names are short, so that only a nested pattern gets that far.
            return Match.TOO_COSTLY;
        } finally {
            reads += text.reads;
        }
    }

    /** Characters read by all matches so far. */
    long reads() {
        return reads;
    }

    /** No stack trace: it is an outcome, not a defect. */
    private static final class TooManyReads extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManyReads() {
            super(null, null, false, false);
        }
    }

    /** Refuses to be read too often. */
    private static final class CountedText implements CharSequence {
        private final String text;
        private int reads;

        CountedText(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++reads > READS_MAX) {
                throw new TooManyReads();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
