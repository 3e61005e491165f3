package io.kontiki.chaos.network;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kontiki.chaos.network.Cut.Traffic;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamespaceNetworkTest {
    @Test
    void cutThatIsMendedLeavesNarrowerOnesOfTheSamePair() {
        var obstacle = NamespaceNetwork.obstacle();
        assumeTrue(obstacle.isEmpty(), () -> "no network namespaces here: " + obstacle.orElseThrow());
        var wide = List.of(new Cut(1, 2, Traffic.ALL));
        var narrow = List.of(new Cut(1, 2, Traffic.GRPC));
        try (var network = NamespaceNetwork.create(2)) {
            network.cut(wide);
            network.cut(narrow);

            network.mend(wide);

            // Which fails for a rule that is not there.
            assertThatCode(() -> network.mend(narrow)).doesNotThrowAnyException();
        }
    }
}
