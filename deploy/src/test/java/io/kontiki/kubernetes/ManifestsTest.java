package io.kontiki.kubernetes;

import static io.kontiki.kubernetes.Manifests.base;
import static io.kontiki.kubernetes.Manifests.list;
import static io.kontiki.kubernetes.Manifests.map;
import static io.kontiki.kubernetes.Manifests.plain;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1ContainerPort;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1NetworkPolicyIngressRule;
import io.kubernetes.client.openapi.models.V1NetworkPolicyPeer;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.util.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ManifestsTest {
    private static final Path PRODUCTION = Manifests.ROOT.resolve("overlays/production");
    private static final Path RUNBOOKS = Path.of("../docs/operations");
    private static final Path POD_MONITOR = Manifests.ROOT.resolve("components/monitoring/podmonitor.yaml");
    /** Kinds that Kubernetes itself does not have. */
    private static final List<String> FOREIGN = List.of("Kustomization", "Component", "PodMonitor", "PrometheusRule");

    private static final Duration TO_CLOSE = Duration.ofSeconds(30);

    private final V1StatefulSet statefulSet = base("statefulset.yaml", V1StatefulSet.class);
    private final V1PodSpec pod = statefulSet.getSpec().getTemplate().getSpec();
    private final V1Container container = pod.getContainers().get(0);
    private final V1Service headless = base("service-headless.yaml", V1Service.class);
    private final V1Service service = base("service.yaml", V1Service.class);
    private final Map<String, String> labels =
            statefulSet.getSpec().getTemplate().getMetadata().getLabels();

    @Test
    void everyObjectFitsItsSchema() throws IOException {
        int checked = 0;
        for (Path file : Manifests.files()) {
            if (!FOREIGN.contains(plain(file).get("kind"))) {
                assertThat(Yaml.loadAll(file.toFile())).as(file.toString()).hasSize(1);
                checked++;
            }
        }
        assertThat(checked).isGreaterThanOrEqualTo(10);
    }

    @Test
    void everyFileBelongsToAKustomization() {
        var named = new ArrayList<Path>();
        for (Path file : Manifests.files()) {
            if (file.endsWith(Manifests.KUSTOMIZATION)) {
                references(plain(file))
                        .map(file::resolveSibling)
                        .map(Path::normalize)
                        .forEach(named::add);
            }
        }
        assertThat(named).allSatisfy(path -> assertThat(path).exists());
        assertThat(Manifests.files().stream()
                        .map(Path::normalize)
                        .filter(file -> !file.endsWith(Manifests.KUSTOMIZATION))
                        .toList())
                .isSubsetOf(named);
    }

    /** Where they are set by a command, or in the base, the next apply of the overlay sets them back. */
    @Test
    void productionHasWhatTheRunbooksChange() throws IOException {
        var kustomization = plain(PRODUCTION.resolve(Manifests.KUSTOMIZATION));
        String name = statefulSet.getMetadata().getName();

        assertThat(list(kustomization.get("replicas")))
                .containsExactly(
                        Map.of("name", name, "count", statefulSet.getSpec().getReplicas()));
        assertThat(Manifests.<Map<String, Object>>list(kustomization.get("images")))
                .singleElement()
                .satisfies(image -> assertThat(image)
                        .containsEntry("name", container.getImage())
                        .containsKeys("newName", "newTag"));
        for (String runbook : List.of("scale.md", "rolling-upgrade.md")) {
            assertThat(Files.readString(RUNBOOKS.resolve(runbook)))
                    .contains("`k8s/overlays/production/" + Manifests.KUSTOMIZATION + "`");
        }
    }

    @Test
    void portsAreThoseOfABroker() {
        assertThat(container.getPorts().stream()
                        .collect(Collectors.toMap(V1ContainerPort::getName, V1ContainerPort::getContainerPort)))
                .isEqualTo(Defaults.ports());
        for (V1Service each : List.of(headless, service)) {
            for (V1ServicePort port : each.getSpec().getPorts()) {
                assertThat(port.getTargetPort()).isEqualTo(new IntOrString(port.getName()));
                assertThat(Defaults.ports()).containsEntry(port.getName(), port.getPort());
            }
        }
        assertThat(service.getSpec().getPorts())
                .as("clients need no other port")
                .extracting(V1ServicePort::getName)
                .containsExactly("grpc");
    }

    @Test
    void selectorsMatchThePods() {
        var budget = base("poddisruptionbudget.yaml", V1PodDisruptionBudget.class);
        var policy = base("networkpolicy.yaml", V1NetworkPolicy.class);
        var monitor =
                map(map(map(plain(POD_MONITOR).get("spec")).get("selector")).get("matchLabels"));

        assertThat(Stream.of(
                        statefulSet.getSpec().getSelector().getMatchLabels(),
                        headless.getSpec().getSelector(),
                        service.getSpec().getSelector(),
                        budget.getSpec().getSelector().getMatchLabels(),
                        policy.getSpec().getPodSelector().getMatchLabels(),
                        policy.getSpec()
                                .getIngress()
                                .get(2)
                                .getFrom()
                                .get(0)
                                .getPodSelector()
                                .getMatchLabels(),
                        pod.getTopologySpreadConstraints()
                                .get(0)
                                .getLabelSelector()
                                .getMatchLabels(),
                        pod.getTopologySpreadConstraints()
                                .get(1)
                                .getLabelSelector()
                                .getMatchLabels(),
                        monitor))
                .allSatisfy(selector -> assertThat(selector)
                        .isNotEmpty()
                        .allSatisfy((name, value) -> assertThat(labels).containsEntry(name, String.valueOf(value))));
        assertThat(budget.getSpec().getMaxUnavailable()).isEqualTo(new IntOrString(1));
    }

    @Test
    void onlyBrokersReachTheQuorumAndOnlyMonitoringTheMetrics() throws IOException {
        var rules = base("networkpolicy.yaml", V1NetworkPolicy.class).getSpec().getIngress();
        var watching = Map.of("kontiki.io/monitoring", "true");

        assertThat(rules).extracting(ManifestsTest::ports).containsExactly("grpc", "http", "quorum");
        assertThat(rules.get(0).getFrom()).as("clients from everywhere").isNullOrEmpty();
        assertThat(rules.get(1).getFrom())
                .containsExactly(
                        new V1NetworkPolicyPeer().namespaceSelector(new V1LabelSelector().matchLabels(watching)));
        assertThat(rules.get(2).getFrom())
                .containsExactly(new V1NetworkPolicyPeer()
                        .podSelector(statefulSet.getSpec().getSelector()));
        assertThat(Files.readString(Path.of("../docs/operations/kubernetes.md")))
                .contains(" kontiki.io/monitoring=true");
    }

    private static String ports(V1NetworkPolicyIngressRule rule) {
        return rule.getPorts().stream()
                .map(port -> port.getPort().getStrValue())
                .collect(Collectors.joining(","));
    }

    @Test
    void probesAskWhatTheBrokerAnswers() {
        assertThat(List.of(probe(container.getStartupProbe()), probe(container.getLivenessProbe())))
                .containsExactly("/startupz", "/livez");
        assertThat(probe(container.getReadinessProbe())).isEqualTo("/readyz");
        Map<String, Object> endpoint =
                map(Manifests.list(map(plain(POD_MONITOR).get("spec")).get("podMetricsEndpoints"))
                        .get(0));
        assertThat(endpoint).containsEntry("port", "http").containsEntry("path", "/metrics");
    }

    /** Rules and dashboard know brokers by the job, and by an instance that stays when a pod comes back. */
    @Test
    void monitoredPodsAreTheJobOfTheRules() {
        Map<String, Object> monitor = map(plain(POD_MONITOR).get("spec"));
        Map<String, Object> job =
                map(Manifests.list(plain(Path.of("prometheus/prometheus.yml")).get("scrape_configs"))
                        .get(0));
        Map<String, Object> endpoint =
                map(Manifests.list(monitor.get("podMetricsEndpoints")).get(0));

        assertThat(labels).containsEntry((String) monitor.get("jobLabel"), (String) job.get("job_name"));
        assertThat(Manifests.list(endpoint.get("relabelings")))
                .containsExactly(
                        Map.of("sourceLabels", List.of("__meta_kubernetes_pod_name"), "targetLabel", "instance"));
    }

    private static String probe(V1Probe probe) {
        assertThat(probe.getHttpGet().getPort()).isEqualTo(new IntOrString("http"));
        return probe.getHttpGet().getPath();
    }

    @Test
    void aStopMayTakeAsLongAsTheBrokerTakes() {
        var before = container.getLifecycle().getPreStop().getExec().getCommand();

        assertThat(before).first().isEqualTo("/bin/sleep");
        assertThat(Duration.ofSeconds(pod.getTerminationGracePeriodSeconds()))
                .isGreaterThanOrEqualTo(Defaults.controlledShutdown()
                        .plusSeconds(Long.parseLong(before.get(1)))
                        .plus(TO_CLOSE));
    }

    @Test
    void podsHaveNamesAndStartTogether() {
        assertThat(statefulSet.getSpec().getServiceName())
                .isEqualTo(headless.getMetadata().getName());
        assertThat(headless.getSpec().getClusterIP()).isEqualTo("None");
        assertThat(headless.getSpec().getPublishNotReadyAddresses()).isTrue();
        assertThat(statefulSet.getSpec().getPodManagementPolicy()).isEqualTo("Parallel");
        assertThat(pod.getEnableServiceLinks()).isFalse();
    }

    /** The restricted profile of the pod security standards, field by field. */
    @Test
    void podsAreAllowedNothing() throws IOException {
        var ofPod = pod.getSecurityContext();
        var ofContainer = container.getSecurityContext();

        assertThat(ofPod.getRunAsNonRoot()).isTrue();
        assertThat(ofPod.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(ofContainer.getAllowPrivilegeEscalation()).isFalse();
        assertThat(ofContainer.getReadOnlyRootFilesystem()).isTrue();
        assertThat(ofContainer.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(ofContainer.getCapabilities().getAdd()).isNullOrEmpty();
        assertThat(ofContainer.getPrivileged()).isNull();
        assertThat(Files.readString(Path.of("Dockerfile"))).contains("USER " + ofPod.getRunAsUser() + ":");
    }

    private static Stream<String> references(Map<String, Object> kustomization) {
        return Stream.of(
                        Manifests.<String>list(kustomization.get("resources")).stream(),
                        Manifests.<String>list(kustomization.get("components")).stream(),
                        list(kustomization.get("patches")).stream()
                                .map(patch -> (String) map(patch).get("path")),
                        list(kustomization.get("configMapGenerator")).stream()
                                .flatMap(
                                        each -> Manifests.<String>list(map(each).get("envs")).stream()))
                .flatMap(each -> each);
    }
}
