package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AgendaTest {
    private final Agenda<String> agenda = new Agenda<>();

    private List<String> due(long nowNanos) {
        var all = new ArrayList<String>();
        for (var item = agenda.poll(nowNanos); item.isPresent(); item = agenda.poll(nowNanos)) {
            all.add(item.get());
        }
        return all;
    }

    @Test
    void whatIsDueComesOnceInTheOrderOfTheListing() {
        agenda.now("b");
        agenda.now("a");
        agenda.now("b");

        assertThat(due(0)).containsExactly("b", "a");
        assertThat(due(0)).isEmpty();
    }

    /** What happens while the loop looks at it may be too late for that look. */
    @Test
    void whatWasTakenMayBeListedAgain() {
        agenda.now("a");
        assertThat(agenda.poll(0)).hasValue("a");
        agenda.now("a");

        assertThat(due(0)).containsExactly("a");
    }

    @Test
    void whatHasATimeComesThen() {
        agenda.at("late", 30);
        agenda.by("soon", 20);
        agenda.at("sooner", 10);

        assertThat(agenda.nextNanos()).hasValue(10);
        assertThat(due(9)).isEmpty();
        assertThat(due(10)).containsExactly("sooner");
        assertThat(agenda.nextNanos()).hasValue(20);
        assertThat(due(40)).containsExactlyInAnyOrder("soon", "late");
        assertThat(agenda.nextNanos()).isEmpty();
    }

    @Test
    void theEarliestOfSeveralTimesCounts() {
        agenda.at("a", 20);
        agenda.at("a", 10);
        agenda.at("a", 30);

        assertThat(due(10)).containsExactly("a");
        assertThat(due(30)).isEmpty();
    }

    @Test
    void onlyWhatIsListedByATimeIsHurried() {
        agenda.by("lingers", 20);
        agenda.at("pauses", 10);
        agenda.at("both", 10);
        agenda.by("both", 20);
        agenda.hurry();

        assertThat(due(0)).containsExactlyInAnyOrder("lingers", "both");
        assertThat(agenda.nextNanos()).hasValue(10);
        agenda.by("lingers", 30);
        assertThat(due(20)).containsExactlyInAnyOrder("pauses", "both");
        assertThat(due(30)).containsExactly("lingers");
    }

    /** As those of the system's clock may. */
    @Test
    void timesMayOverflow() {
        agenda.at("after", Long.MIN_VALUE + 5);
        agenda.at("before", Long.MAX_VALUE - 5);

        assertThat(agenda.nextNanos()).hasValue(Long.MAX_VALUE - 5);
        assertThat(due(Long.MAX_VALUE)).containsExactly("before");
        assertThat(due(Long.MIN_VALUE + 5)).containsExactly("after");
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void noListingIsLostBesideALoopThatTakes() {
        int rounds = 100_000;
        var done = new int[2];
        var seen = new int[2];
        var threads = IntStream.range(0, 2)
                .mapToObj(thread -> CompletableFuture.runAsync(() -> {
                    for (int i = 1; i <= rounds; i++) {
                        synchronized (done) {
                            done[thread] = i;
                        }
                        agenda.now(Integer.toString(thread));
                    }
                }))
                .toList();
        while (seen[0] < rounds || seen[1] < rounds) {
            agenda.poll(0).map(Integer::valueOf).ifPresent(thread -> {
                synchronized (done) {
                    seen[thread] = done[thread];
                }
            });
        }
        threads.forEach(CompletableFuture::join);
    }
}
