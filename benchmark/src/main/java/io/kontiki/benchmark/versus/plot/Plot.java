package io.kontiki.benchmark.versus.plot;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * All that is known of one figure.
 *
 * @param figure with its unit
 * @param moreIsBetter which way is good
 * @param rows at least one
 */
record Plot(String figure, boolean moreIsBetter, List<Bars> rows) {
    /** All contenders of all rows, each once, those first that are set in relation to others. */
    List<String> contenders() {
        Stream<String> subjects = rows.stream().map(Bars::subject);
        Stream<String> all = rows.stream().flatMap(row -> row.contenders().stream());
        return Stream.concat(subjects, all).distinct().toList();
    }

    /** The largest value that is drawn. */
    double most() {
        return rows.stream().mapToDouble(Bars::most).max().orElse(0);
    }

    /** Name of its file: letters and digits of the figure, with a dash for what is between them. */
    String fileName() {
        return figure.toLowerCase(Locale.ROOT)
                        .replace("/", " per ")
                        .replaceAll("[^a-z0-9]+", "-")
                        .replaceAll("^-|-$", "")
                + ".svg";
    }
}
