package io.kontiki.cli;

/**
 * A pattern of names: {@code *} is anything, {@code ?} one character. To match takes no longer than the product of both
 * lengths, whatever the pattern. Immutable.
 */
final class NameGlob {
    private static final int ANYTHING = '*';
    private static final int ONE = '?';
    private static final int NONE = -1;

    private final int[] pattern;

    NameGlob(String pattern) {
        this.pattern = pattern.codePoints().toArray();
    }

    /** Whether the whole name is as the pattern says. */
    boolean fits(String text) {
        int[] name = text.codePoints().toArray();
        int at = 0;
        int star = NONE;
        int taken = 0;
        for (int i = 0; i < name.length; ) {
            if (at < pattern.length && pattern[at] == ANYTHING) {
                star = at++;
                taken = i;
            } else if (at < pattern.length && (pattern[at] == ONE || pattern[at] == name[i])) {
                at++;
                i++;
            } else if (star != NONE) {
                // The last star takes one more. Earlier ones need not: what stands between was found as early as can
                // be.
                at = star + 1;
                i = ++taken;
            } else {
                return false;
            }
        }
        while (at < pattern.length && pattern[at] == ANYTHING) {
            at++;
        }
        return at == pattern.length;
    }
}
