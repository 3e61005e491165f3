package io.kontiki.cli;

import java.util.ArrayList;
import java.util.List;

/** Cuts a line of the metadata shell into words: at spaces, but not within quotes of either kind, which go away. */
final class MetaWords {
    /** Longest line taken. */
    static final int CHARS_MAX = 10_000;

    private MetaWords() {}

    /**
     * The words; none of a line that is empty or a comment.
     *
     * @throws Failure if the line is too long, or a quote has no end
     */
    static List<String> of(String line) {
        if (line.length() > CHARS_MAX) {
            throw new Failure(
                    ExitCode.USAGE,
                    "a line has " + line.length() + " characters, at most " + CHARS_MAX + " are taken",
                    "");
        }
        List<String> words = new ArrayList<>();
        if (line.strip().startsWith("#")) {
            return words;
        }
        var word = new StringBuilder();
        boolean begun = false;
        char quote = 0;
        for (char c : line.toCharArray()) {
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                begun = true;
            } else if (Character.isWhitespace(c)) {
                if (begun) {
                    words.add(word.toString());
                    word.setLength(0);
                    begun = false;
                }
            } else {
                word.append(c);
                begun = true;
            }
        }
        if (quote != 0) {
            throw new Failure(ExitCode.USAGE, "the quote " + quote + " is never closed: " + line.strip(), "");
        }
        if (begun) {
            words.add(word.toString());
        }
        return words;
    }
}
