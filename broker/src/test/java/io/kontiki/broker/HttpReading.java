package io.kontiki.broker;

import static org.awaitility.Awaitility.await;

import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.kontiki.broker.metrics.Metric;
import io.kontiki.broker.metrics.MetricSource;
import io.kontiki.broker.metrics.ScrapedMetrics;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.TopicServiceGrpc;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the HTTP pages of a broker, for tests. */
final class HttpReading {
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\w+)$");

    private HttpReading() {}

    static HttpResponse<String> get(Broker broker, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + broker.httpPort().orElseThrow() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Waits until this broker, the only one, leads all of its partitions. */
    static void createTopic(Broker broker, String name, int partitions) {
        var channel = NettyChannelBuilder.forAddress(
                        broker.endpoint().host(), broker.endpoint().port())
                .usePlaintext()
                .build();
        try {
            TopicServiceGrpc.newBlockingStub(channel)
                    .createTopic(CreateTopicRequest.newBuilder()
                            .setName(name)
                            .setPartitions(partitions)
                            .build());
        } finally {
            channel.shutdownNow();
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            var scrape = get(broker, "/metrics").body();
            return value(scrape, "kontiki_replica_leaders") >= partitions
                    && value(scrape, "kontiki_replica_offline") == 0;
        });
    }

    /** What a scrape of these sources is. */
    static String scrape(MetricSource... sources) throws IOException {
        try (var metrics = new ScrapedMetrics()) {
            for (int i = 0; i < sources.length; i++) {
                metrics.add("source" + i, EnumSet.allOf(Metric.class), sources[i]);
            }
            var out = new ByteArrayOutputStream();
            metrics.write(out, ScrapedMetrics.contentType(""), Set.of());
            return out.toString(StandardCharsets.UTF_8);
        }
    }

    /** Kind of each metric of a scrape, by name. */
    static Map<String, String> kinds(String scrape) {
        Map<String, String> kinds = new LinkedHashMap<>();
        Matcher type = TYPE.matcher(scrape);
        while (type.find()) {
            kinds.put(type.group(1), type.group(2));
        }
        return kinds;
    }

    /** Names of the labels of a metric, those of buckets left out. */
    static Set<String> labels(String scrape, String name) {
        Set<String> labels = new TreeSet<>();
        Matcher sample =
                Pattern.compile("(?m)^" + name + "(?:_bucket)?\\{(.*)} \\S+$").matcher(scrape);
        while (sample.find()) {
            Matcher label = Pattern.compile("(\\w+)=\"(?:[^\"\\\\]|\\\\.)*\"").matcher(sample.group(1));
            while (label.find()) {
                labels.add(label.group(1));
            }
        }
        labels.remove("le");
        return labels;
    }

    /** Value of a series as it stands in the scrape, labels and all. */
    static double value(String scrape, String series) {
        Matcher sample =
                Pattern.compile("(?m)^" + Pattern.quote(series) + " (\\S+)$").matcher(scrape);
        if (!sample.find()) {
            throw new AssertionError("there is no " + series + " in\n" + scrape);
        }
        return Double.parseDouble(sample.group(1));
    }
}
