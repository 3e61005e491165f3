package io.kontiki.monitoring;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kontiki.localcluster.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.yaml.snakeyaml.Yaml;

/** A Prometheus on the loopback address with the shipped rules, which scrapes and evaluates every second. */
final class RealPrometheus implements AutoCloseable {
    private static final Path SHIPPED = Path.of("prometheus/prometheus.yml");
    private static final long STOP_SECONDS = 15;
    /** The label that its targets have, as docs/operations/alerts.md asks for where there are several clusters. */
    static final String CLUSTER = "blue";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path config;
    private final URI address;
    private final Process process;
    private final Thread atExit;

    private RealPrometheus(Path config, URI address, Process process) {
        this.config = config;
        this.address = address;
        this.process = process;
        this.atExit = new Thread(process::destroyForcibly, "prometheus-exit");
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Starts it in a new directory and returns at once. */
    static RealPrometheus start(Path directory, List<String> targets) throws IOException {
        Path config = Files.writeString(directory.resolve("prometheus.yml"), configuration(targets));
        String listens = "127.0.0.1:" + FreePorts.find(1).get(0);
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=" + listens)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
        return new RealPrometheus(config, URI.create("http://" + listens), process);
    }

    /** The shipped one, but for addresses, the name of the cluster, and pace. */
    @SuppressWarnings("unchecked") // It has one job with one list of targets; a test of compose sees to that.
    private static String configuration(List<String> targets) throws IOException {
        Map<String, Object> root = new Yaml().load(Files.readString(SHIPPED));
        var global = (Map<String, Object>) root.get("global");
        global.put("scrape_interval", "1s");
        global.put("evaluation_interval", "1s");
        var job = ((List<Map<String, Object>>) root.get("scrape_configs")).get(0);
        var group = ((List<Map<String, Object>>) job.get("static_configs")).get(0);
        group.put("targets", targets);
        group.put("labels", Map.of("cluster", CLUSTER));
        root.put(
                "rule_files",
                ((List<String>) root.get("rule_files"))
                        .stream()
                                .map(rules -> SHIPPED.resolveSibling(rules)
                                        .toAbsolutePath()
                                        .toString())
                                .toList());
        return new Yaml().dump(root);
    }

    URI address() {
        return address;
    }

    Path config() {
        return config;
    }

    /** The samples of an instant query, now; without those that are not numbers. */
    List<JsonObject> samples(String expression) {
        JsonObject data = get("/api/v1/query?query=" + encoded(expression)).getAsJsonObject();
        return objects(data.getAsJsonArray("result")).stream()
                .filter(sample ->
                        !sample.getAsJsonArray("value").get(1).getAsString().equals("NaN"))
                .toList();
    }

    /** What a variable of Grafana's kind {@code label_values(series, label)} offers. */
    List<String> labelValues(String series, String label) {
        JsonArray values = get("/api/v1/label/" + label + "/values?match[]=".replace("[]", "%5B%5D") + encoded(series))
                .getAsJsonArray();
        return values.asList().stream().map(JsonElement::getAsString).toList();
    }

    List<JsonObject> targets() {
        return objects(get("/api/v1/targets").getAsJsonObject().getAsJsonArray("activeTargets"));
    }

    List<JsonObject> rules() {
        return objects(get("/api/v1/rules").getAsJsonObject().getAsJsonArray("groups")).stream()
                .flatMap(group -> objects(group.getAsJsonArray("rules")).stream())
                .toList();
    }

    /** Whether it answers yet. */
    boolean isReady() {
        try {
            return send("/-/ready").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.asList().stream().map(JsonElement::getAsJsonObject).toList();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private JsonElement get(String path) {
        try {
            JsonObject answer = JsonParser.parseString(send(path).body()).getAsJsonObject();
            if (!answer.get("status").getAsString().equals("success")) {
                throw new AssertionError("Prometheus refuses " + path + ": " + answer);
            }
            return answer.get("data");
        } catch (IOException e) {
            throw new AssertionError(path, e);
        }
    }

    private HttpResponse<String> send(String path) throws IOException {
        try {
            return http.send(
                    HttpRequest.newBuilder(address.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
