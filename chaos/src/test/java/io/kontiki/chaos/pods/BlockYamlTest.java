package io.kontiki.chaos.pods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

class BlockYamlTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "base/statefulset.yaml",
                "base/service-headless.yaml",
                "base/networkpolicy.yaml",
                "overlays/production/statefulset.yaml",
                "overlays/production/namespace.yaml"
            })
    void manifestsAreReadAsAnyOtherReaderDoes(String file) throws IOException {
        String text = Files.readString(Path.of("../k8s").resolve(file));

        assertThat(BlockYaml.parse(text)).isEqualTo(texts(new Yaml().load(text)));
    }

    private static Object texts(Object value) {
        if (value instanceof Map<?, ?> map) {
            var texts = new LinkedHashMap<String, Object>();
            map.forEach((key, each) -> texts.put((String) key, texts(each)));
            return texts;
        }
        return value instanceof List<?> list
                ? list.stream().map(BlockYamlTest::texts).toList()
                : String.valueOf(value);
    }

    /** Nothing is read as something else than it is. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: [1, 2]",
                "a: {b: 1}",
                "a: 'b'",
                "a: &b c",
                "a: *b",
                "a: |\n  b",
                "a:",
                "a: b\n  c: d",
                "a: b # c",
                "a: 1\na: 2",
                "\"a\": b",
                "- a\nb: c",
                "a: \"\\n\"",
                "---\na: b"
            })
    void whatIsBeyondItIsAnError(String text) {
        assertThatThrownBy(() -> BlockYaml.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("line ");
    }
}
