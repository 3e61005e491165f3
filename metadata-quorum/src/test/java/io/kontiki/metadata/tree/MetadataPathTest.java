package io.kontiki.metadata.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class MetadataPathTest {
    @Test
    void namesReadBackAsTheyWere() {
        for (var name : List.of("a", "..", ".", "a/b", "50%", "a b\n", "ü€😀", "%2F", "\"*?'\\", "\u007f")) {
            var path = MetadataPath.ROOT.child("groups").child(name);
            assertThat(MetadataPath.parse(path.toString())).as(path.toString()).isEqualTo(path);
            assertThat(path.toString()).startsWith("/groups/").doesNotContain(" ", "\n");
            assertThat(path.toString().substring(8)).doesNotContain("/").isNotIn(".", "..");
        }
        assertThat(MetadataPath.parse("/")).isEqualTo(MetadataPath.ROOT).hasToString("/");
        assertThat(MetadataPath.parse("/a/b/")).hasToString("/a/b");
    }

    @Test
    void whatIsNoPathIsRefused() {
        assertRefused("", "does not begin with /");
        assertRefused("brokers", "path \"brokers\" does not begin with /");
        assertRefused("/a//b", "has an empty name");
        assertRefused("/a%2", "behind % there must be two hexadecimal digits");
        assertRefused("/a%g0", "behind % there must be two hexadecimal digits");
        assertRefused("/a%80", "behind % there must be two hexadecimal digits, 00 to 7F");
        assertRefused("/" + "a".repeat(2_000), "path has 2001 characters, at most 2000 are allowed");
    }

    private static void assertRefused(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MetadataPath.parse(text))
                .withMessageContaining(message);
    }
}
