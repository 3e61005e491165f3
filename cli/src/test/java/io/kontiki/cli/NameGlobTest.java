package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameGlobTest {
    @ParameterizedTest
    @CsvSource({
        "*, '', true",
        "'', '', true",
        "'', a, false",
        "ret*, retention.ms, true",
        "ret*, set, false",
        "1?, 10, true",
        "1?, 1, false",
        "1?, 100, false",
        "*a*b, aab, true",
        "*a*b, abab, true",
        "*a*b, ababc, false",
        "a*bc*c, abc, false",
        "a*bc*c, abcbcc, true",
        "?\ud83d\ude00*, \ud83d\ude00\ud83d\ude00, true",
        "a.c, abc, false"
    })
    void wholeNamesFit(String glob, String name, boolean fits) {
        assertThat(new NameGlob(glob).fits(name)).isEqualTo(fits);
    }

    @Test
    @Timeout(20)
    void manyStarsTakeNoLonger() {
        assertThat(new NameGlob("*a".repeat(40) + "*b").fits("a".repeat(255))).isFalse();
        assertThat(new NameGlob("*".repeat(200) + "b").fits("a".repeat(255))).isFalse();
    }
}
