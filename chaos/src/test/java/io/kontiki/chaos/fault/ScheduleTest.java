package io.kontiki.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final List<Fault> ALL = List.of(Fault.values());
    private static final Duration LENGTH = Duration.ofMinutes(10);

    private static Schedule parse(String text) {
        return Schedule.parse(text.lines().toList());
    }

    @Test
    void textComesBackAsTheSameSchedule() {
        Schedule drawn = Schedule.draw(7, ALL, 5, 6, LENGTH);

        assertThat(parse(drawn.text())).isEqualTo(drawn);
    }

    @Test
    void linesAreStrikesSettingsAndComments() {
        Schedule schedule = parse("""
                # two of them
                set brokers 3
                at 5 for 2.5 kill leader:1   # behind the first one in time

                at 1 for 30 hung-disk controller
                """);

        assertThat(schedule.settings()).containsEntry("brokers", "3");
        assertThat(schedule.strikes())
                .containsExactly(
                        new Strike(
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(30),
                                Fault.HUNG_DISK,
                                new Target("controller", 0)),
                        new Strike(
                                Duration.ofSeconds(5), Duration.ofMillis(2500), Fault.KILL, new Target("leader", 1)));
        assertThat(schedule.end()).isEqualTo(Duration.ofSeconds(31));
    }

    @Test
    void wrongLineIsNamed() {
        assertThatThrownBy(() -> parse("set brokers 3\nat 5 for 2 kil leader:0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("fault kil is unknown; there are kill, pause");
        assertThatThrownBy(() -> parse("at 5 for 2 kill boss")).hasMessageContaining("target boss is unknown");
        assertThatThrownBy(() -> parse("at -5 for 2 kill leader:0"))
                .hasMessageContaining("-5 is not a number of seconds");
        assertThatThrownBy(() -> parse("kill leader:0")).hasMessageContaining("is not of the form");
    }

    @Test
    void oneSeedDrawsOneSchedule() {
        assertThat(Schedule.draw(7, ALL, 5, 6, LENGTH)).isEqualTo(Schedule.draw(7, ALL, 5, 6, LENGTH));
        assertThat(Schedule.draw(7, ALL, 5, 6, LENGTH)).isNotEqualTo(Schedule.draw(8, ALL, 5, 6, LENGTH));
    }

    @Test
    void drawnSchedulesHoldEveryFaultAndSomeOverlap() {
        List<Schedule> schedules = IntStream.range(0, 20)
                .mapToObj(seed -> Schedule.draw(seed, ALL, 5, 6, LENGTH))
                .toList();

        Stream<Strike> strikes = schedules.stream().flatMap(schedule -> schedule.strikes().stream());
        assertThat(strikes.map(Strike::fault).distinct()).containsExactlyInAnyOrderElementsOf(ALL);
        assertThat(schedules)
                .anySatisfy(schedule -> assertThat(overlaps(schedule)).isTrue());
        assertThat(schedules)
                .allSatisfy(schedule -> assertThat(schedule.strikes())
                        .allMatch(strike -> strike.at().compareTo(LENGTH) < 0));
    }

    private static boolean overlaps(Schedule schedule) {
        return IntStream.range(1, schedule.strikes().size())
                .anyMatch(i -> schedule.strikes()
                                .get(i)
                                .at()
                                .compareTo(schedule.strikes().get(i - 1).end())
                        < 0);
    }
}
