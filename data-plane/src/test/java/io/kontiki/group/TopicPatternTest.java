package io.kontiki.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TopicPatternTest {
    @Test
    void theWholeNameHasToMatch() {
        var pattern = TopicPattern.of("orders\\..*");

        assertThat(pattern.matches("orders.eu")).isTrue();
        assertThat(pattern.matches("my.orders.eu")).isFalse();
    }

    @Test
    @Timeout(10)
    void noPatternKeepsABrokerBusy() {
        var name = "a".repeat(249);
        for (var text : new String[] {
            ".*.*.*.*.*.*.*.*z", "(a*)*(a*)*(a*)*(a*)*z", "(a|a)*".repeat(100), "(".repeat(499) + ")".repeat(499)
        }) {
            var pattern = TopicPattern.of(text);
            for (int times = 0; times < 100; times++) {
                pattern.matches(name);
            }
        }
    }

    @Test
    @Timeout(10)
    void whatIsLargeOnceWrittenOutIsRefused() {
        for (var text : new String[] {
            "(?:(?:^){2147483647}){2147483647}.*",
            "[^z].*|z(?:(?:x{0}){1000}){1000}.*",
            "(((a{1000}){1000}){1000}){1000}",
            "(a{99999999999999999999})",
            "(x{0,1000})".repeat(90),
            "(\\pL|\\pN|a*){500}",
        }) {
            assertThatThrownBy(() -> TopicPattern.of(text))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("topic_pattern ");
        }
    }

    @Test
    void whatPeopleWriteIsSmall() {
        for (var text : new String[] {
            ".*", ".*orders.*", "(a|b|c|orders)-[0-9]+", "[a-z]+.*[0-9]*", "^x*$", "logs-[0-9]{4}-[0-9]{2}-[0-9]{2}"
        }) {
            assertThat(TopicPattern.of(text).size()).as(text).isLessThan(50);
        }
    }

    @Test
    void whatIsNoPatternIsRefused() {
        assertThatThrownBy(() -> TopicPattern.of("[")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TopicPattern.of("a".repeat(1001))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TopicPattern.of("(a)\\1")).isInstanceOf(IllegalArgumentException.class);
    }
}
