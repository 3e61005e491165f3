package io.kontiki.storage.file;

import java.io.IOException;
import java.util.List;

/** Tells a full disk from a broken one: the platform gives only the text of the error. */
final class NoSpace {
    private static final List<String> TEXTS = List.of("No space left on device", "Disk quota exceeded");

    private NoSpace() {}

    static boolean isCauseOf(IOException failure) {
        String text = String.valueOf(failure.getMessage());
        return TEXTS.stream().anyMatch(text::contains);
    }
}
