package io.kontiki.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kontiki.monitoring.Promtool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The alerts speak of metrics that there are, and of what to do; Prometheus' own tool runs a case of each. */
class AlertRulesTest {
    private static final Path PROMETHEUS = Path.of("prometheus");
    private static final Path RULES = PROMETHEUS.resolve("rules/kontiki.yml");
    private static final Path CASES = PROMETHEUS.resolve("tests/kontiki.yml");
    private static final Path OPERATOR = Manifests.ROOT.resolve("components/monitoring/prometheusrule.yaml");
    private static final Path METRICS = Path.of("../docs/metrics.md");
    private static final Path RUNBOOKS = Path.of("../docs/operations/alerts.md");
    private static final String RUNBOOK_LINK = "docs/operations/alerts.md#";
    private static final Pattern METRIC = Pattern.compile("\\b(?:kontiki|jvm|process)_[a-z_]+");

    private static final Pattern AGGREGATION =
            Pattern.compile("\\b(?:sum|min|max|avg|count|topk|bottomk|quantile|group)(?: by)? *\\(");

    private static List<Map<String, Object>> alerts() {
        List<Map<String, Object>> groups = Manifests.list(Manifests.plain(RULES).get("groups"));
        return groups.stream()
                .flatMap(group -> Manifests.<Map<String, Object>>list(group.get("rules")).stream())
                .toList();
    }

    private static String name(Map<String, Object> alert) {
        return (String) alert.get("alert");
    }

    @Test
    void everyMetricIsDocumented() throws IOException {
        String page = Files.readString(METRICS);
        assertThat(alerts()).hasSizeGreaterThan(20).allSatisfy(alert -> {
            var used = METRIC.matcher((String) alert.get("expr"))
                    .results()
                    .map(found -> found.group().replaceFirst("_bucket$", ""));
            assertThat(used).as(name(alert)).allMatch(metric -> page.contains("`" + metric));
        });
    }

    @Test
    void everyAlertSaysHowBadItIsAndWhatToDo() throws IOException {
        String page = Files.readString(RUNBOOKS);
        assertThat(alerts()).allSatisfy(alert -> {
            var annotations = Manifests.map(alert.get("annotations"));
            assertThat(Manifests.map(alert.get("labels")).get("severity")).isIn("critical", "warning");
            assertThat((String) annotations.get("summary")).isNotBlank();
            assertThat(annotations)
                    .containsEntry("runbook_url", RUNBOOK_LINK + name(alert).toLowerCase(Locale.ROOT));
            assertThat(page).contains("\n## " + name(alert) + "\n");
        });
    }

    /** One Prometheus may watch several clusters. */
    @Test
    void noAlertMixesClusters() {
        assertThat(alerts()).allSatisfy(alert -> {
            var expression = (String) alert.get("expr");
            assertThat(expression).as(name(alert)).doesNotContain("scalar(");
            assertThat(AGGREGATION.matcher(expression).results())
                    .as(name(alert))
                    .allMatch(found -> expression.startsWith("job, namespace, cluster", found.end()));
        });
    }

    @Test
    void everyAlertHasACaseWhereItFires() {
        List<Map<String, Object>> cases = Manifests.list(Manifests.plain(CASES).get("tests"));
        var firing = cases.stream()
                .flatMap(each -> Manifests.<Map<String, Object>>list(each.get("alert_rule_test")).stream())
                .filter(each -> !Manifests.list(each.get("exp_alerts")).isEmpty())
                .map(each -> (String) each.get("alertname"))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(firing)
                .containsExactlyInAnyOrderElementsOf(
                        alerts().stream().map(AlertRulesTest::name).toList());
    }

    @Test
    void theOperatorGetsTheSame() {
        var rule = Manifests.plain(OPERATOR);

        assertThat(Manifests.map(rule.get("spec")).get("groups"))
                .isEqualTo(Manifests.plain(RULES).get("groups"));
    }

    @Test
    void prometheusRunsTheCases() throws Exception {
        assumeTrue(Promtool.isThere("promtool"), "promtool is not installed here: the cases of the alerts are not run");

        assertThat(Promtool.run("check", "rules", RULES.toString())).contains("SUCCESS");
        assertThat(Promtool.run("test", "rules", CASES.toString())).contains("SUCCESS");
    }
}
