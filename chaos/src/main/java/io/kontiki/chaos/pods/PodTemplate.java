package io.kontiki.chaos.pods;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the manifests say of the brokers' pods.
 *
 * @param name of the StatefulSet
 * @param service the headless one, which gives each pod a name
 * @param replicas pods at first
 * @param minReady so long a pod must be ready before the next one is updated
 * @param grace so long a pod may take to stop, preStop included
 * @param user id under which it runs
 * @param args after the image's entry point
 * @param preStop command that is run in it before SIGTERM
 * @param dataMount where its volume is
 * @param settings variables that all of them have
 * @param variables of each pod, by name: a text with {@code $(NAME)}, or the path of a field of the pod in {@code {}}
 */
record PodTemplate(
        String namespace,
        String name,
        String service,
        int replicas,
        Duration minReady,
        Duration grace,
        String user,
        List<String> args,
        List<String> preStop,
        Path dataMount,
        Probe readiness,
        Probe liveness,
        Map<String, String> settings,
        Map<String, String> variables) {
    /**
     * How the kubelet asks a pod about itself.
     *
     * @param failures so many in a row count
     */
    record Probe(String path, int port, Duration period, Duration timeout, int failures) {}

    private static final int FAILURES = 3;
    private static final String CLUSTER_ID = "KONTIKI_CLUSTER_ID";
    /** What an overlay has until somebody chooses a name. */
    private static final String NO_CLUSTER = "change-me";

    PodTemplate {
        args = List.copyOf(args);
        preStop = List.copyOf(preStop);
    }

    /**
     * Reads them. Where they leave the name of the cluster to whoever applies them, it is {@code rehearsal}.
     *
     * @param manifests the folder {@code k8s}
     * @param overlay name of the overlay whose settings count
     * @throws IllegalArgumentException if they say what this reader does not know
     */
    static PodTemplate read(Path manifests, String overlay) throws IOException {
        Path base = manifests.resolve("base");
        Path over = manifests.resolve("overlays").resolve(overlay);
        Map<String, String> settings = variables(base.resolve("settings.env"));
        settings.putAll(variables(over.resolve("settings.env")));
        settings.replace(CLUSTER_ID, NO_CLUSTER, "rehearsal");
        Yaml set = Yaml.read(base.resolve("statefulset.yaml"));
        Yaml spec = set.at("spec");
        Yaml pod = spec.at("template").at("spec");
        Yaml container = pod.at("containers").items().get(0);
        return new PodTemplate(
                Yaml.read(over.resolve("namespace.yaml")).at("metadata").text("name"),
                set.at("metadata").text("name"),
                spec.text("serviceName"),
                spec.number("replicas"),
                Duration.ofSeconds(spec.number("minReadySeconds")),
                Duration.ofSeconds(pod.number("terminationGracePeriodSeconds")),
                pod.at("securityContext").text("runAsUser"),
                container.at("args").texts(),
                container.at("lifecycle").at("preStop").at("exec").at("command").texts(),
                Path.of(container.named("volumeMounts", "data").text("mountPath")),
                probe(container, "readinessProbe"),
                probe(container, "livenessProbe"),
                settings,
                ownVariables(container));
    }

    private static Probe probe(Yaml container, String kind) {
        Yaml probe = container.at(kind);
        Yaml get = probe.at("httpGet");
        return new Probe(
                get.text("path"),
                container.named("ports", get.text("port")).number("containerPort"),
                Duration.ofSeconds(probe.number("periodSeconds")),
                Duration.ofSeconds(probe.number("timeoutSeconds")),
                probe.has("failureThreshold") ? probe.number("failureThreshold") : FAILURES);
    }

    private static Map<String, String> ownVariables(Yaml container) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (Yaml variable : container.at("env").items()) {
            String value = variable.has("value")
                    ? variable.text("value")
                    : "{" + variable.at("valueFrom").at("fieldRef").text("fieldPath") + "}";
            variables.put(variable.text("name"), value);
        }
        return variables;
    }

    private static Map<String, String> variables(Path file) throws IOException {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.startsWith("#") && !line.isBlank()) {
                int equals = line.indexOf('=');
                variables.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return variables;
    }

    /** The same with readiness seen at once, and no pauses before pods stop and after they are ready. */
    PodTemplate hurried() {
        Probe soon = new Probe(
                readiness.path(), readiness.port(), Duration.ofSeconds(1), readiness.timeout(), readiness.failures());
        return new PodTemplate(
                namespace,
                name,
                service,
                replicas,
                Duration.ZERO,
                grace,
                user,
                args,
                List.of("/bin/true"),
                dataMount,
                soon,
                liveness,
                settings,
                variables);
    }

    String pod(int ordinal) {
        return name + "-" + ordinal;
    }

    /** The pod's name in the whole cluster, as other pods of the namespace may write it: the search list does the rest. */
    String host(int ordinal) {
        return pod(ordinal) + "." + service + "." + namespace + ".svc";
    }

    /** The pod's variables, as Kubernetes makes them. */
    Map<String, String> environment(int ordinal) {
        Map<String, String> environment = new LinkedHashMap<>(settings);
        variables.forEach((variable, text) -> {
            String value = field(text, ordinal);
            for (Map.Entry<String, String> earlier : List.copyOf(environment.entrySet())) {
                value = value.replace("$(" + earlier.getKey() + ")", earlier.getValue());
            }
            environment.put(variable, value);
        });
        return environment;
    }

    private String field(String text, int ordinal) {
        return switch (text) {
            case "{metadata.name}" -> pod(ordinal);
            case "{metadata.namespace}" -> namespace;
            case "{metadata.labels['apps.kubernetes.io/pod-index']}" -> Integer.toString(ordinal);
            default -> {
                if (text.startsWith("{")) {
                    throw new IllegalArgumentException("the field " + text + " of a pod is not known here");
                }
                yield text;
            }
        };
    }
}
