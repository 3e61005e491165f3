package io.kontiki.benchmark.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AllocationOptionsTest {
    @Test
    void wordsAreOptionsInAnyOrder() {
        assertThat(AllocationOptions.parse(List.of())).isEqualTo(new AllocationOptions(false, Optional.empty()));
        assertThat(AllocationOptions.parse(List.of("--json", "a.json", "--quick")))
                .isEqualTo(new AllocationOptions(true, Optional.of(Path.of("a.json"))));
    }

    @Test
    void whatIsWrongIsTold() {
        assertThatThrownBy(() -> AllocationOptions.parse(List.of("--json"))).hasMessageContaining("needs a value");
        assertThatThrownBy(() -> AllocationOptions.parse(List.of("--quik")))
                .hasMessageContaining("--quik")
                .hasMessageContaining("--json FILE");
    }
}
