package io.kontiki.monitoring;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What an expression of PromQL names, as far as ours go: each series stands before braces. */
final class Expression {
    private static final Pattern SELECTOR = Pattern.compile("(\\w+)\\{([^}]*)}");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)(=~|=|!=|!~)\"([^\"]*)\"");
    private static final Pattern GROUPING = Pattern.compile("\\bby \\(([^)]*)\\)");

    private final String text;

    Expression(String text) {
        this.text = text;
    }

    /**
     * One choice of series.
     *
     * @param matchers as they stand there, such as {@code job="$job"}
     */
    record Selector(String series, Set<String> labels, Set<String> matchers) {}

    List<Selector> selectors() {
        return SELECTOR.matcher(text)
                .results()
                .map(found -> new Selector(
                        found.group(1),
                        results(found.group(2)).map(each -> each.group(1)).collect(Collectors.toSet()),
                        results(found.group(2)).map(each -> each.group()).collect(Collectors.toSet())))
                .toList();
    }

    private static Stream<java.util.regex.MatchResult> results(String matchers) {
        return MATCHER.matcher(matchers).results();
    }

    Set<String> series() {
        return selectors().stream().map(Selector::series).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The labels that aggregations keep; empty if there is none. */
    Set<String> groupings() {
        return GROUPING.matcher(text)
                .results()
                .flatMap(found -> Stream.of(found.group(1).split(", ?")))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Without its selectors, so that only operators and functions are left. */
    String remainder() {
        Matcher selectors = SELECTOR.matcher(text);
        return selectors.replaceAll("");
    }
}
