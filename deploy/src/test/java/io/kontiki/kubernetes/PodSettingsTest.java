package io.kontiki.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kontiki.broker.BrokerConfig;
import io.kontiki.broker.ConfigException;
import io.kontiki.broker.ConfigSources;
import io.kontiki.broker.Voter;
import io.kontiki.metadata.Endpoint;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.util.Yaml;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each pod's environment makes of its broker. */
class PodSettingsTest {
    private static final String NAMESPACE = "somewhere";

    private final V1StatefulSet statefulSet = Manifests.base("statefulset.yaml", V1StatefulSet.class);

    @ParameterizedTest
    @CsvSource({"base,3", "overlays/production,3", "overlays/dev,1"})
    void theFirstPodsFormTheQuorumAndTheOthersJoinIt(String folder, int voters) throws IOException {
        for (int ordinal = 0; ordinal < 5; ordinal++) {
            BrokerConfig config = config(folder, ordinal);

            assertThat(config.brokerId()).hasValue(ordinal);
            assertThat(config.voters()).extracting(Voter::brokerId).hasSize(voters);
            assertThat(config.outsideQuorum()).as("pod " + ordinal).isEqualTo(ordinal >= voters);
            assertThat(config.metadataBootstrapServers())
                    .hasSize(voters)
                    .first()
                    .isEqualTo(new Endpoint(host(0), Defaults.ports().get("grpc")));
            assertThat(config.advertisedListener())
                    .contains(new Endpoint(host(ordinal), Defaults.ports().get("grpc")));
            if (ordinal < voters) {
                assertThat(config.voters().get(ordinal))
                        .isEqualTo(new Voter(
                                ordinal,
                                new Endpoint(host(ordinal), Defaults.ports().get("quorum"))));
            }
            assertThat(config.warnings()).isEmpty();
        }
    }

    @Test
    void dataIsInADirectoryOfTheVolume() throws IOException {
        var mount = statefulSet.getSpec().getTemplate().getSpec().getContainers().get(0).getVolumeMounts().stream()
                .filter(each -> each.getName().equals("data"))
                .findFirst()
                .orElseThrow();

        // The root of a volume has a folder lost+found, and would be there without the volume.
        assertThat(config("base", 0).logDirs())
                .containsExactly(Path.of(mount.getMountPath()).resolve("data"));
        assertThat(statefulSet
                        .getSpec()
                        .getVolumeClaimTemplates()
                        .get(0)
                        .getMetadata()
                        .getName())
                .isEqualTo("data");
    }

    /** A name that is shipped would be that of every cluster whose operator forgot to choose one. */
    @Test
    void productionWaitsForAClusterIdOfItsOwn() {
        var environment = environment("overlays/production", 0);

        assertThatThrownBy(() -> load(environment))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cluster.id is change-me");
    }

    @Test
    void eachOverlayIsAClusterOfItsOwn() throws IOException {
        assertThat(List.of(
                        config("base", 0).clusterId(),
                        config("overlays/dev", 0).clusterId(),
                        config("overlays/production", 0).clusterId()))
                .doesNotHaveDuplicates();
    }

    /** Where there is a kubectl; it needs no cluster for that. */
    @ParameterizedTest
    @ValueSource(strings = {"dev", "production", "tls"})
    void overlaysAreRendered(String overlay) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder(
                            "kubectl",
                            "kustomize",
                            Manifests.ROOT.resolve("overlays/" + overlay).toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "no kubectl here: " + e.getMessage());
            throw e;
        }
        String rendered = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();

        // The Prometheus operator's kinds are not among those of the client.
        var objects = new HashMap<Class<?>, Object>();
        for (String document : rendered.split("(?m)^---$")) {
            if (!document.contains("apiVersion: monitoring.coreos.com/")) {
                Object object = Yaml.load(document);
                objects.put(object.getClass(), object);
            }
        }
        var settings = (V1ConfigMap) objects.get(V1ConfigMap.class);
        var pods = ((V1StatefulSet) objects.get(V1StatefulSet.class))
                .getSpec()
                .getTemplate()
                .getSpec();
        assertThat(pods.getContainers()
                        .get(0)
                        .getEnvFrom()
                        .get(0)
                        .getConfigMapRef()
                        .getName())
                .isEqualTo(settings.getMetadata().getName())
                .isNotEqualTo("kontiki-settings");
        assertThat(settings.getData())
                .isEqualTo(settings(overlay.equals("tls") ? "overlays/production" : "overlays/" + overlay));
    }

    private BrokerConfig config(String folder, int ordinal) {
        var environment = environment(folder, ordinal);
        environment.replace("KONTIKI_CLUSTER_ID", "change-me", "chosen-by-the-operator");
        return load(environment);
    }

    private static BrokerConfig load(Map<String, String> environment) {
        return BrokerConfig.load(new ConfigSources(Map.of(), environment, Optional.empty(), false));
    }

    /** As Kubernetes makes it: the settings, the fields of the pod, and $(NAME) in values replaced. */
    private Map<String, String> environment(String folder, int ordinal) {
        var environment = new LinkedHashMap<>(settings(folder));
        for (var variable : statefulSet
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getEnv()) {
            String value = variable.getValue() == null
                    ? field(variable.getValueFrom().getFieldRef().getFieldPath(), ordinal)
                    : variable.getValue();
            for (var earlier : List.copyOf(environment.entrySet())) {
                value = value.replace("$(" + earlier.getKey() + ")", earlier.getValue());
            }
            environment.put(variable.getName(), value);
        }
        return environment;
    }

    private static String field(String path, int ordinal) {
        return switch (path) {
            case "metadata.name" -> "kontiki-" + ordinal;
            case "metadata.namespace" -> NAMESPACE;
            case "metadata.labels['apps.kubernetes.io/pod-index']" -> Integer.toString(ordinal);
            default -> throw new AssertionError(path);
        };
    }

    private String host(int ordinal) {
        return statefulSet.getMetadata().getName() + "-" + ordinal + "."
                + statefulSet.getSpec().getServiceName() + "." + NAMESPACE + ".svc";
    }

    private static Map<String, String> settings(String folder) {
        var settings = Manifests.variables(Manifests.ROOT.resolve("base/settings.env"));
        settings.putAll(Manifests.variables(Manifests.ROOT.resolve(folder).resolve("settings.env")));
        return settings;
    }
}
