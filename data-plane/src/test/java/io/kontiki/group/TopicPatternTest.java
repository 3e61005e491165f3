package io.kontiki.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TopicPatternTest {
    @Test
    void theWholeNameHasToMatch() {
        var pattern = TopicPattern.of("orders\\..*");

        assertThat(pattern.match("orders.eu")).isEqualTo(TopicPattern.Match.YES);
        assertThat(pattern.match("my.orders.eu")).isEqualTo(TopicPattern.Match.NO);
    }

    @Test
    @Timeout(10)
    void aPatternThatBacktracksWithoutEndIsGivenUp() {
        for (var text : new String[] {".*.*.*.*.*.*.*.*z", "(a*)(a*)(a*)(a*)(a*)(a*)\\1\\2z"}) {
            assertThat(TopicPattern.of(text).match("a".repeat(249))).isEqualTo(TopicPattern.Match.TOO_COSTLY);
        }
    }

    @Test
    void whatPeopleWriteIsCheap() {
        var name = "x".repeat(249);
        for (var text : new String[] {".*", ".*orders.*", "(a|b|c|orders)-[0-9]+", "[a-z]+.*[0-9]*", "^x*$"}) {
            assertThat(TopicPattern.of(text).match(name)).isNotEqualTo(TopicPattern.Match.TOO_COSTLY);
        }
    }

    @Test
    void whatIsNoPatternIsRefused() {
        assertThatThrownBy(() -> TopicPattern.of("[")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TopicPattern.of("a".repeat(1001))).isInstanceOf(IllegalArgumentException.class);
    }
}
