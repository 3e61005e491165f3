package io.kontiki.benchmark.allocation;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The words of the command.
 *
 * @param quick whether to measure batches of one record and of 1,000 alone, and not for long
 */
record AllocationOptions(boolean quick, Optional<Path> json) {
    /** @throws IllegalArgumentException with the reason, for who typed them */
    static AllocationOptions parse(List<String> words) {
        boolean quick = false;
        Optional<Path> json = Optional.empty();
        for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) {
            String word = rest.next();
            if (word.equals("--quick")) {
                quick = true;
            } else if (word.equals("--json") && rest.hasNext()) {
                json = Optional.of(Path.of(rest.next()));
            } else {
                throw new IllegalArgumentException(
                        word.equals("--json")
                                ? "--json needs a value"
                                : "unknown option " + word + "; there are --quick and --json FILE");
            }
        }
        return new AllocationOptions(quick, json);
    }
}
