package io.kontiki.metadata;

/** User input inside messages: cut to a bounded length, and on one line. */
public final class Excerpt {
    private static final int LENGTH_MAX = 260;

    private Excerpt() {}

    public static String of(String input) {
        var cut = input.length() <= LENGTH_MAX ? input : input.substring(0, LENGTH_MAX) + "…";
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
