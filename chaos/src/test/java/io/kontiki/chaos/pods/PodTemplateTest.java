package io.kontiki.chaos.pods;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.chaos.pods.PodTemplate.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PodTemplateTest {
    private final PodTemplate template = read();

    private static PodTemplate read() {
        try {
            return PodTemplate.read(Path.of("../k8s"), "production");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void podHasTheVariablesOfTheManifests() {
        assertThat(template.environment(2))
                .containsEntry("POD_NAME", "kontiki-2")
                .containsEntry("POD_NAMESPACE", template.namespace())
                .containsEntry("KONTIKI_BROKER_ID", "2")
                .containsEntry("KONTIKI_ADVERTISED_LISTENERS", "GRPC://" + template.host(2) + ":9392")
                .containsEntry("KONTIKI_CLUSTER_ID", "rehearsal")
                .containsEntry("KONTIKI_LOG_DIRS", "/var/lib/kontiki/data");
        assertThat(template.environment(3).get("KONTIKI_QUORUM_VOTERS"))
                .contains("0@", "1@", "2@")
                .doesNotContain("3@");
    }

    @Test
    void timesAndCommandsAreThoseOfTheManifests() {
        assertThat(template.replicas()).isEqualTo(3);
        assertThat(template.minReady()).isEqualTo(Duration.ofSeconds(15));
        assertThat(template.grace()).isEqualTo(Duration.ofSeconds(120));
        assertThat(template.args()).isEqualTo(List.of("server", "start"));
        assertThat(template.preStop()).isEqualTo(List.of("/bin/sleep", "5"));
        assertThat(template.readiness())
                .isEqualTo(new Probe("/readyz", 9394, Duration.ofSeconds(5), Duration.ofSeconds(3), 3));
    }

    /** What {@link Image} and {@code container.sh} take for granted of the image. */
    @Test
    void imageIsTheOneOfTheDockerfile() throws IOException {
        assertThat(Files.readString(Path.of("../deploy/Dockerfile")))
                .contains("ENTRYPOINT [\"/opt/kontiki/bin/kontiki\"]")
                .contains("WORKDIR /opt/kontiki")
                .contains("USER " + template.user() + ":" + template.user())
                .contains("VOLUME " + template.dataMount());
    }
}
