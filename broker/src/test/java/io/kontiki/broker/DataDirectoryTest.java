package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.proto.internal.v1.RestartClaim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    private static final String BOOT = "boot-1";

    @TempDir
    private Path path;

    @Test
    void firstStartStoresTheIdentityAndClaimsNothing() {
        try (var directory = open(BOOT)) {
            assertThat(directory.identity().clusterId()).isEqualTo("c1");
            assertThat(directory.identity().brokerId()).isEqualTo(3);
            assertThat(directory.fresh()).isTrue();
            assertThat(directory.baseIncarnation()).isEmpty();
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_UNCLEAN);
        }
    }

    @Test
    void identityIsDrawnOnceIfNotConfigured() {
        Identity drawn;
        try (var directory = DataDirectory.open(path, Optional.empty(), OptionalInt.empty(), BOOT)) {
            drawn = directory.identity();
            assertThat(drawn.clusterId()).isNotEmpty();
            assertThat(drawn.brokerId()).isZero();
        }
        try (var directory = DataDirectory.open(path, Optional.empty(), OptionalInt.empty(), BOOT)) {
            assertThat(directory.identity()).isEqualTo(drawn);
        }
    }

    @Test
    void lockedDirectoryIsRefused() {
        try (var directory = open(BOOT)) {
            assertThatThrownBy(() -> open(BOOT))
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("in use by another broker");
            assertThat(directory.identity().brokerId()).isEqualTo(3);
        }
        open(BOOT).close();
    }

    @Test
    void directoryOfAnotherClusterIsRefusedAndLeftAlone() throws IOException {
        open(BOOT).close();
        var run = Files.readString(path.resolve(Run.FILE));

        assertThatThrownBy(() -> DataDirectory.open(path, Optional.of("c2"), OptionalInt.of(3)))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("belongs to cluster \"c1\", but cluster.id is \"c2\"");

        assertThat(Files.readString(path.resolve(Run.FILE))).isEqualTo(run);
        open(BOOT).close();
    }

    @Test
    void directoryOfAnotherBrokerIsRefused() {
        open(BOOT).close();

        assertThatThrownBy(() -> DataDirectory.open(path, Optional.of("c1"), OptionalInt.of(4)))
                .hasMessageContaining("belongs to broker 3, but broker.id is 4");
    }

    @Test
    void damagedIdentityIsRefused() throws IOException {
        open(BOOT).close();
        Files.writeString(path.resolve(Identity.FILE), "version=1\nbroker.id=3\n");

        assertThatThrownBy(() -> open(BOOT)).hasMessageContaining("meta.properties is damaged: it has no cluster.id");
    }

    @Test
    void orderlyStopIsClaimedClean() {
        var last = serve(BOOT, true);

        try (var directory = open("boot-2")) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_CLEAN);
            assertThat(directory.baseIncarnation()).contains(last);
            assertThat(directory.incarnation()).isNotEqualTo(last);
            assertThat(directory.fresh()).isFalse();
        }
    }

    @Test
    void deathOfTheProcessIsToldFromDeathOfTheMachine() {
        serve(BOOT, false);

        try (var directory = open(BOOT)) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
            directory.markServed();
        }
        try (var directory = open("boot-2")) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_DURABLE);
        }
    }

    @Test
    void unknownBootIdIsNeverAProcessCrash() {
        serve("", false);

        try (var directory = open("")) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_DURABLE);
        }
    }

    @Test
    void runThatNeverServedPassesItsBaseOn() {
        var served = serve(BOOT, false);
        open(BOOT).close();

        try (var directory = open(BOOT)) {
            assertThat(directory.baseIncarnation()).contains(served);
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
        }
    }

    @Test
    void damageThatTheQuorumNeverHeardOfIsNotClaimedByTheNextRun() {
        try (var first = open(BOOT)) {
            first.markServed();
        }
        try (var second = open(BOOT)) {
            second.noteDamage();
            assertThat(second.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
        }
        try (var third = open(BOOT)) {
            assertThat(third.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_UNCLEAN);
            third.markServed();
        }
        try (var fourth = open(BOOT)) {
            assertThat(fourth.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
        }
    }

    @Test
    void rebootBehindARunThatNeverServedIsNotForgotten() {
        serve(BOOT, false);
        open(BOOT).close();

        try (var directory = open("boot-2")) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_DURABLE);
        }
        try (var directory = open("boot-2")) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_DURABLE);
        }
    }

    @Test
    void damagedCleanMarkerDoesNotCount() throws IOException {
        serve(BOOT, true);
        Files.writeString(path.resolve(CleanMarker.FILE), UUID.randomUUID() + "\n0\n");

        try (var directory = open(BOOT)) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
        }
    }

    @Test
    void cleanMarkerIsUsedUpByTheNextStart() {
        serve(BOOT, true);
        serve(BOOT, false);

        try (var directory = open(BOOT)) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
        }
    }

    private UUID serve(String bootId, boolean cleanly) {
        try (var directory = open(bootId)) {
            directory.markServed();
            if (cleanly) {
                directory.markClean();
            }
            return directory.incarnation();
        }
    }

    private DataDirectory open(String bootId) {
        return DataDirectory.open(path, Optional.of("c1"), OptionalInt.of(3), bootId);
    }
}
