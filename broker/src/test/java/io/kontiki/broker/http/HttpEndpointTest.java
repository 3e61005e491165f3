package io.kontiki.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpEndpointTest {
    /** Files that brokers in tests of other classes, or the JDK, have open meanwhile; far from what no limit would allow. */
    private static final int FEW = HttpConnections.OPEN_MAX;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private HttpEndpoint endpoint;

    @BeforeEach
    void start() throws IOException {
        endpoint = HttpEndpoint.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Thread::new,
                Map.of("/page", this::page, "/large", query -> large(), "/broken", query -> {
                    throw new IllegalStateException("broken");
                }));
    }

    @AfterEach
    void close() {
        endpoint.close();
    }

    private HttpReply page(HttpQuery query) {
        return HttpReply.text(
                HttpReply.OK, "verbose " + query.has("verbose") + " names " + query.values("name[]") + "\n");
    }

    /** Too much for the buffers of a socket; two are too much for the room. */
    private static HttpReply large() {
        byte[] bytes = new byte[(int) HttpRoom.BYTES_MAX / 2 + 1];
        return new HttpReply(HttpReply.OK, "text/plain", new HttpReply.Body() {
            @Override
            public void writeTo(java.io.OutputStream out) throws IOException {
                out.write(bytes);
            }

            @Override
            public long bytesHeld() {
                return bytes.length;
            }
        });
    }

    private HttpResponse<byte[]> ask(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + path))
                .timeout(Duration.ofSeconds(5))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    @Test
    void aPageGetsItsQuery() throws Exception {
        assertThat(text(ask("GET", "/page"))).isEqualTo("verbose false names []\n");
        assertThat(text(ask("GET", "/page?name%5B%5D=b&verbose&name[]=a%20c".replace("[]", "%5B%5D"))))
                .isEqualTo("verbose true names [b, a c]\n");
    }

    @Test
    void whatIsNotThereOrChangesSomethingIsRefused() throws Exception {
        HttpResponse<byte[]> missing = ask("GET", "/pages");
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(text(missing)).contains("/broken /large /page");

        HttpResponse<byte[]> posted = ask("POST", "/page");
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(posted.headers().firstValue("Allow")).contains("GET, HEAD");
    }

    @Test
    void headHasNoBody() throws Exception {
        HttpResponse<byte[]> head = ask("HEAD", "/page");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(ask("GET", "/page").statusCode()).isEqualTo(200);
    }

    @Test
    void whoTakesGzipGetsIt() throws Exception {
        HttpResponse<byte[]> packed = ask("GET", "/page", "Accept-Encoding", "br, gzip;q=0.5");
        assertThat(packed.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes())
                .asString()
                .startsWith("verbose");
        assertThat(ask("GET", "/page", "Accept-Encoding", "gzip;q=0").headers().firstValue("Content-Encoding"))
                .isEmpty();
    }

    @Test
    void aPageThatFailsIsAnErrorAndTheNextIsServed() throws Exception {
        assertThat(ask("GET", "/broken").statusCode()).isEqualTo(500);
        assertThat(ask("GET", "/page").statusCode()).isEqualTo(200);
    }

    /** The caller that reads nothing is cut for those that do, though no thread is wanting. */
    @Test
    void whoReadsSlowlyGivesWayToOthers() throws Exception {
        try (Socket slow = new Socket()) {
            slow.setReceiveBufferSize(2048);
            slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port()));
            slow.getOutputStream().write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(slow.getInputStream().read()).isEqualTo('H');

            await().atMost(Duration.ofMillis(HttpThreads.ANSWER_MILLIS_MAX / 4))
                    .until(() -> ask("GET", "/large").statusCode() == 200);
            await().atMost(Duration.ofMillis(HttpThreads.ANSWER_MILLIS_MAX / 4))
                    .until(() -> ask("GET", "/large").statusCode() == 200);
        }
    }

    /** More than there are threads; they are cut off after a while only. */
    @Test
    void connectionsThatSayNothingHoldUpNobody() throws Exception {
        Socket[] silent = new Socket[16];
        try {
            for (int i = 0; i < silent.length; i++) {
                silent[i] = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
            }
            assertThat(ask("GET", "/page").statusCode()).isEqualTo(200);
        } finally {
            for (Socket each : silent) {
                each.close();
            }
        }
    }

    /**
     * Half a head each, and bodies that never come: both hold a thread, until they are cut for who waits. More than there
     * are threads.
     */
    @Test
    void requestsThatDoNotArriveHoldUpNobodyAndAreCut() throws Exception {
        Socket[] slow = new Socket[2 * HttpThreads.THREADS_MAX];
        try {
            for (int i = 0; i < slow.length; i++) {
                slow[i] = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
                slow[i].getOutputStream()
                        .write((i % 2 == 0 ? "G" : "POST /page HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
                                .getBytes(StandardCharsets.UTF_8));
            }
            assertThat(ask("GET", "/page").statusCode()).isEqualTo(200);
            for (int i = 0; i < slow.length; i += 2) {
                assertEnds(slow[i]);
            }
        } finally {
            for (Socket each : slow) {
                each.close();
            }
        }
    }

    /** Each would be a file descriptor of the broker. Clients and server are in one process here. */
    @Test
    void idleConnectionsAreLimitedAndGiveWay() throws Exception {
        var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long before = system.getOpenFileDescriptorCount();
        Socket[] silent = new Socket[4 * HttpConnections.OPEN_MAX];
        try {
            for (int i = 0; i < silent.length; i++) {
                silent[i] = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
            }
            await().atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .until(() -> ask("GET", "/page").statusCode() == 200);
            assertThat(system.getOpenFileDescriptorCount() - before - silent.length)
                    .isLessThanOrEqualTo(HttpConnections.OPEN_MAX + FEW);
            for (Socket each : silent) {
                assertEnds(each);
            }
        } finally {
            for (Socket each : silent) {
                each.close();
            }
        }
    }

    private static void assertEnds(Socket socket) throws IOException {
        socket.setSoTimeout(10_000);
        try {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("a request that never came whole is still waited for", e);
        } catch (IOException e) {
            // Reset: cut, too.
        }
    }

    @Test
    void aPortInUseIsTold() {
        assertThatThrownBy(() -> HttpEndpoint.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port()),
                        Thread::new,
                        Map.of()))
                .isInstanceOf(BindException.class);
    }

    @Test
    void oneConnectionServesSeveralRequests() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port())) {
            socket.setSoTimeout(10_000);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (int i = 0; i < 2; i++) {
                socket.getOutputStream()
                        .write("HEAD /page HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                assertThat(in.readLine()).contains("200");
                while (!in.readLine().isEmpty()) {
                    // The headers.
                }
            }
        }
    }
}
