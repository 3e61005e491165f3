package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProduceBudgetTest {
    private final ProduceBudget budget = new ProduceBudget(100);
    private final List<String> woken = new ArrayList<>();
    private final Runnable first = () -> woken.add("first");
    private final Runnable second = () -> woken.add("second");

    @Test
    void requestIsBookedWholeWhileAnythingIsLeft() {
        assertThat(budget.take(99)).isTrue();
        assertThat(budget.take(50)).isTrue();
        assertThat(budget.take(1)).isFalse();

        budget.giveBack(50);

        assertThat(budget.take(1)).isTrue();
        assertThat(budget.take(1)).isFalse();
    }

    @Test
    void whoWaitsIsCalledOnceWhenHalfIsFree() {
        budget.take(110);
        assertThat(budget.hasRoom(first)).isFalse();
        assertThat(budget.hasRoom(first)).isFalse();

        budget.giveBack(59);
        assertThat(woken).isEmpty();
        budget.giveBack(1);
        budget.giveBack(50);

        assertThat(woken).containsExactly("first");
    }

    @Test
    void whoComesLaterDoesNotOvertake() {
        budget.take(100);
        budget.hasRoom(first);
        budget.giveBack(10);

        assertThat(budget.hasRoom(second)).isFalse();
        budget.giveBack(90);

        assertThat(woken).containsExactly("first", "second");
        assertThat(budget.hasRoom(second)).isTrue();
    }

    @Test
    void whoHasGoneIsNotCalled() {
        budget.take(100);
        budget.hasRoom(first);
        budget.forget(first);

        budget.giveBack(100);

        assertThat(woken).isEmpty();
    }
}
