package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What people get who have no source tree. */
class DistributionIT {
    private static final Path HOME = RealProcesses.distribution();

    @Test
    void linksOfItsPagesLeadToItsFiles() throws IOException {
        List<Path> pages =
                files().filter(file -> file.toString().endsWith(".md")).toList();

        assertThat(pages).hasSizeGreaterThan(30);
        for (Path page : pages) {
            for (String target : DocumentationTest.links(page)) {
                Path file = page.resolveSibling(target).normalize();
                assertThat(file).as("link in " + page).startsWithRaw(HOME).exists();
            }
        }
    }

    /** Nothing that a build, a run of an example or an editor left beside the sources. */
    @Test
    void holdsWhatItsPagesSpeakOfAndNothingElse() throws IOException {
        assertThat(HOME.resolve("deploy/prometheus/rules/kontiki.yml")).exists();
        assertThat(HOME.resolve("deploy/prometheus/prometheus.yml")).exists();
        assertThat(HOME.resolve("k8s/overlays/production/kustomization.yaml")).exists();
        assertThat(HOME.resolve("examples/python/run")).isExecutable();
        assertThat(files().map(HOME::relativize).map(Path::toString))
                .noneMatch(file -> file.matches(".*(node_modules|__pycache__|/build/|protobuf/kontiki/internal).*"));
    }

    private static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(HOME)) {
            return files.filter(Files::isRegularFile).toList().stream();
        }
    }
}
