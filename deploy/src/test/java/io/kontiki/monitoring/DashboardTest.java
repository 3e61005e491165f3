package io.kontiki.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The dashboard asks for what there is, shows what an alarm goes by, and is where Grafana is told to look for it. */
class DashboardTest {
    private static final String DATASOURCE = "${datasource}";
    private static final int COLUMNS = 24;
    private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+)");
    private static final Pattern IN_LEGEND = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern METRIC = Pattern.compile("\\b(?:kontiki|jvm|process|system)_\\w+|\\bup\\b");
    /** Grafana's own: the time that a rate needs to have values. */
    private static final String RATE_INTERVAL = "__rate_interval";

    /** As the alerts keep clusters apart. */
    private static final Set<String> CLUSTER =
            Set.of("job=\"$job\"", "namespace=\"$namespace\"", "cluster=\"$cluster\"");
    /** What all brokers tell alike, or only one of them tells of all: a part of the brokers would show nothing more. */
    private static final Pattern OF_THE_CLUSTER = Pattern.compile("ALERTS|kontiki_(cluster|quorum|group)");

    private final Dashboard dashboard = Dashboard.shipped();
    private final Catalogue catalogue = Catalogue.documented();

    private Stream<String> expressions() {
        return Stream.concat(
                dashboard.queries().stream().map(Dashboard.Query::expression),
                dashboard.variables().stream()
                        .filter(variable -> variable.get("type").getAsString().equals("query"))
                        .map(variable -> variable.get("definition").getAsString()));
    }

    @Test
    void everyMetricAndLabelIsInTheCatalogue() {
        assertThat(dashboard.queries()).hasSizeGreaterThan(50).allSatisfy(query -> {
            var expression = new Expression(query.expression());
            assertThat(expression.selectors()).as(query.panel()).isNotEmpty().allSatisfy(selector -> {
                assertThat(catalogue.has(selector.series()))
                        .as(selector.series())
                        .isTrue();
                assertThat(catalogue.labels(selector.series())).containsAll(selector.labels());
            });
            assertThat(METRIC.matcher(expression.remainder()).find())
                    .as("a metric without braces in " + query.expression())
                    .isFalse();
            Set<String> known = new HashSet<>();
            expression.series().forEach(series -> known.addAll(catalogue.labels(series)));
            assertThat(known).as(query.expression()).containsAll(expression.groupings());
            Set<String> shown = expression.groupings().isEmpty() ? known : expression.groupings();
            assertThat(IN_LEGEND.matcher(query.legend()).results().map(found -> found.group(1)))
                    .as("legend of " + query.expression())
                    .allMatch(shown::contains);
        });
    }

    /** Another cluster on the same Prometheus has the same names, and other programs have metrics of their JVM, too. */
    @Test
    void everySeriesIsOfTheChosenCluster() {
        assertThat(dashboard.queries())
                .allSatisfy(query -> assertThat(new Expression(query.expression()).selectors())
                        .as(query.expression())
                        .allMatch(selector -> selector.matchers().containsAll(CLUSTER)));
        assertThat(new Expression(dashboard.annotation()).selectors())
                .hasSize(1)
                .allMatch(selector -> selector.matchers().containsAll(CLUSTER));
    }

    /** What is shown of each broker, topic or group is shown of those that were chosen. */
    @Test
    void panelsFollowTheChoice() {
        assertThat(dashboard.queries()).allSatisfy(query -> {
            var expression = new Expression(query.expression());
            for (var selector : expression.selectors()) {
                Set<String> shown =
                        expression.groupings().isEmpty() ? catalogue.labels(selector.series()) : expression.groupings();
                for (var label : List.of("topic", "group")) {
                    assertThat(!shown.contains(label) || selector.matchers().contains(chosen(label)))
                            .as(label + " in " + query.expression())
                            .isTrue();
                }
                assertThat(OF_THE_CLUSTER.matcher(selector.series()).lookingAt()
                                || selector.matchers().contains(chosen("instance")))
                        .as("instance in " + query.expression())
                        .isTrue();
            }
        });
    }

    private static String chosen(String label) {
        return label + "=~\"$" + label + "\"";
    }

    @Test
    void variablesAreThereAndUsed() {
        var declared = new TreeSet<String>();
        dashboard
                .variables()
                .forEach(variable -> declared.add(variable.get("name").getAsString()));
        var used = new TreeSet<String>(Set.of("datasource"));
        expressions()
                .flatMap(expression -> VARIABLE.matcher(expression).results())
                .map(found -> found.group(1))
                .filter(name -> !name.equals(RATE_INTERVAL))
                .forEach(used::add);

        assertThat(declared).isEqualTo(used).contains("namespace", "cluster", "instance", "topic", "group");
        assertThat(dashboard.variables())
                .filteredOn(variable -> variable.get("type").getAsString().equals("query"))
                .allSatisfy(variable -> {
                    String definition = variable.get("definition").getAsString();
                    String[] words = definition
                            .replaceAll("label_values\\((\\w+).*, (\\w+)\\)", "$1 $2")
                            .split(" ");
                    assertThat(catalogue.labels(words[0])).as(definition).contains(words[1]);
                    assertThat(variable.getAsJsonObject("query").get("query").getAsString())
                            .isEqualTo(definition);
                });
    }

    /** Who is woken finds on the dashboard what the alarm goes by. */
    @Test
    void showsWhatEveryAlertGoesBy() throws IOException {
        var shown = new TreeSet<String>();
        dashboard.queries().forEach(query -> shown.addAll(new Expression(query.expression()).series()));
        // A broker that is not scraped is a gap in every panel.
        shown.add("up");
        var asked = METRIC.matcher(String.join("\n", alertExpressions()))
                .results()
                .map(found -> found.group())
                .toList();

        assertThat(asked).hasSizeGreaterThan(20);
        assertThat(shown).containsAll(asked);
    }

    private static List<String> alertExpressions() throws IOException {
        return Files.readAllLines(Path.of("prometheus/rules/kontiki.yml")).stream()
                .filter(line -> line.strip().startsWith("expr: "))
                .toList();
    }

    @Test
    void rowsAreThoseThatAreAskedFor() {
        assertThat(dashboard.everything())
                .filteredOn(Dashboard::isRow)
                .extracting(row -> row.get("title").getAsString())
                .containsExactly(
                        "Overview",
                        "Topics",
                        "Consumer groups",
                        "Metadata quorum",
                        "Replicas",
                        "Logs and disks",
                        "JVM and process");
    }

    @Test
    void everyPanelHasTitleUnitAndSource() {
        assertThat(dashboard.panels()).allSatisfy(panel -> {
            assertThat(panel.get("title").getAsString()).isNotBlank();
            assertThat(panel.get("fieldConfig").toString()).contains("\"unit\"").contains("\"thresholds\"");
            assertThat(panel.getAsJsonObject("datasource").get("uid").getAsString())
                    .isEqualTo(DATASOURCE);
        });
        assertThat(dashboard.everything())
                .extracting(panel -> panel.get("id").getAsInt())
                .doesNotHaveDuplicates();
        assertThat(dashboard.panels())
                .extracting(panel -> panel.get("title").getAsString())
                .doesNotHaveDuplicates();
    }

    @Test
    void panelsDoNotOverlap() {
        var taken = new HashSet<List<Integer>>();
        for (JsonObject panel : dashboard.everything()) {
            JsonObject place = panel.getAsJsonObject("gridPos");
            int left = place.get("x").getAsInt();
            int top = place.get("y").getAsInt();
            assertThat(left + place.get("w").getAsInt()).isLessThanOrEqualTo(COLUMNS);
            for (int x = left; x < left + place.get("w").getAsInt(); x++) {
                for (int y = top; y < top + place.get("h").getAsInt(); y++) {
                    assertThat(taken.add(List.of(x, y)))
                            .as(panel.get("title") + " lies on another")
                            .isTrue();
                }
            }
        }
    }

    @Test
    void grafanaOfComposeFindsDashboardAndPrometheus() throws IOException {
        Map<String, Object> grafana =
                map(map(yaml("compose.yaml").get("services")).get("grafana"));
        var provider =
                first(yaml("grafana/provisioning/dashboards/kontiki.yaml").get("providers"));
        var source =
                first(yaml("grafana/provisioning/datasources/prometheus.yaml").get("datasources"));
        var global = map(yaml("prometheus/prometheus.yml").get("global"));

        assertThat(list(grafana.get("volumes")))
                .contains("./" + Dashboard.FOLDER + ":"
                        + map(provider.get("options")).get("path") + ":ro");
        assertThat(source).containsEntry("type", "prometheus").containsEntry("url", "http://prometheus:9090");
        // From it Grafana computes the interval of rates.
        assertThat(map(source.get("jsonData"))).containsEntry("timeInterval", global.get("scrape_interval"));
        assertThat(dashboard.text("uid")).isEqualTo("kontiki");
    }

    private static Map<String, Object> yaml(String file) throws IOException {
        return new Yaml().load(Files.readString(Path.of(file)));
    }

    private static Map<String, Object> first(Object list) {
        return map(list(list).get(0));
    }

    private static List<Object> list(Object value) {
        return new ArrayList<>((List<?>) value);
    }

    @SuppressWarnings("unchecked") // Documents have texts as keys.
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
