package io.kontiki.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In processes of their own: Java asks for it once in its life. */
@Timeout(60)
class NameMemoryTest {
    /** Prints what Java goes by. */
    static final class Shown {
        public static void main(String[] args) throws ReflectiveOperationException {
            NameMemory.shorten();
            var policy = Class.forName("sun.net.InetAddressCachePolicy");
            System.out.print(policy.getMethod("get").invoke(null) + " "
                    + policy.getMethod("getNegative").invoke(null) + " " + System.getProperty(NameMemory.FOUND));
        }
    }

    @Test
    void javaAndGrpcForgetSoon() throws Exception {
        assertThat(shown()).isEqualTo("5 1 5");
    }

    @Test
    void whoeverSetsItMeansIt() throws Exception {
        assertThat(shown(
                        "-Dsun.net.inetaddr.ttl=70",
                        "-Dsun.net.inetaddr.negative.ttl=7",
                        "-Dnetworkaddress.cache.ttl=60"))
                .isEqualTo("70 7 60");
    }

    private static String shown(String... options) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/sun.net=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(options));
        command.add(Shown.class.getName());
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var out = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return out;
    }
}
