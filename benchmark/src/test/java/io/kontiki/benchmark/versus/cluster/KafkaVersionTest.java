package io.kontiki.benchmark.versus.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class KafkaVersionTest {
    private static final Pattern VERSION = Pattern.compile("<kafka\\.version>([^<]+)</kafka\\.version>");

    @Test
    void theBrokerIsAsNewAsTheClientThatTheLoadIsCompiledAgainst() throws IOException {
        assertThat(version(Path.of("peer/pom.xml"))).isEqualTo(version(Path.of("pom.xml")));
    }

    private static String version(Path pom) throws IOException {
        Matcher found = VERSION.matcher(Files.readString(pom));
        assertThat(found.find()).as("%s names a version of Kafka", pom).isTrue();
        return found.group(1);
    }
}
