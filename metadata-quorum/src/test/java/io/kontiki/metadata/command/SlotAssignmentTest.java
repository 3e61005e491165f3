package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.Slot;
import io.kontiki.metadata.SlotsImage;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.internal.v1.UnregisterBroker;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Rule C1: who coordinates follows from who is usable, in the same entry of the log. */
class SlotAssignmentTest {
    @Test
    void firstUsableBrokerOwnsAllSlots() {
        var quorum = TestQuorum.withBrokers();
        quorum.accept(Command.newBuilder().setRegisterBroker(TestQuorum.firstRun(5)));
        assertThat(quorum.image().slots()).isEqualTo(SlotsImage.EMPTY);

        quorum.unfence(5);

        assertThat(quorum.image().slots().slots()).allMatch(new Slot(5, 1)::equals);
        assertThat(quorum.last().delta().groups().slotsChanged()).isTrue();
    }

    @Test
    void slotsAreEvenlySpread() {
        assertThat(counts(TestQuorum.withBrokers(1, 2, 3).image())).isEqualTo(Map.of(1, 21, 2, 22, 3, 21));
        assertThat(counts(TestQuorum.withBrokers(1, 2).image())).isEqualTo(Map.of(1, 32, 2, 32));
    }

    @Test
    void fencedBrokerLosesItsSlotsAndNoneElseMoves() {
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var before = quorum.image().slots();

        quorum.fence(2);

        var after = quorum.image().slots();
        assertThat(counts(quorum.image())).isEqualTo(Map.of(1, 32, 3, 32));
        for (int number = 0; number < SlotsImage.COUNT; number++) {
            var old = before.slot(number);
            var now = after.slot(number);
            if (old.owner() == 2) {
                assertThat(now.owner()).isNotEqualTo(2);
                assertThat(now.epoch()).isEqualTo(old.epoch() + 1);
            } else {
                assertThat(now).isEqualTo(old);
            }
        }
    }

    @Test
    void brokerThatShutsDownOrRegistersAnewLosesItsSlots() {
        var quorum = TestQuorum.withBrokers(1, 2);
        quorum.shutDown(1);
        assertThat(counts(quorum.image())).isEqualTo(Map.of(2, 64));

        quorum.register(TestQuorum.run(2, 2, RestartClaim.RESTART_CLAIM_CLEAN));

        assertThat(quorum.image().slots().slots()).noneMatch(Slot::hasOwner);
    }

    @Test
    void epochRisesAlsoIfTheSameBrokerComesBack() {
        var quorum = TestQuorum.withBrokers(1);
        quorum.fence(1);
        assertThat(quorum.image().slots().slot(0)).isEqualTo(new Slot(Slot.NO_OWNER, 2));
        quorum.unfence(1);
        assertThat(quorum.image().slots().slot(0)).isEqualTo(new Slot(1, 3));
    }

    @Test
    void whatDoesNotChangeWhoIsUsableMovesNothing() {
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        quorum.fence(3);
        var before = quorum.image().slots();

        quorum.accept(Command.newBuilder()
                .setUnregisterBroker(
                        UnregisterBroker.newBuilder().setBrokerId(3).setBrokerEpoch(quorum.epoch(3))));

        assertThat(quorum.image().slots()).isSameAs(before);
        assertThat(quorum.last().delta().groups().slotsChanged()).isFalse();
    }

    private static Map<Integer, Integer> counts(MetadataImage image) {
        var counts = new TreeMap<Integer, Integer>();
        image.slots().slots().forEach(slot -> counts.merge(slot.owner(), 1, Integer::sum));
        return counts;
    }
}
