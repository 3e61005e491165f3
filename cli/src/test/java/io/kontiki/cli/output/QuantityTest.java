package io.kontiki.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuantityTest {
    @Test
    void picksTheUnitThatKeepsTheNumberShort() {
        assertThat(Quantity.bytes(0)).isEqualTo("0 B");
        assertThat(Quantity.bytes(1023)).isEqualTo("1023 B");
        assertThat(Quantity.bytes(1024)).isEqualTo("1.0 KiB");
        assertThat(Quantity.bytes(1_048_575)).isEqualTo("1.0 MiB");
        assertThat(Quantity.bytes(1_288_490_189)).isEqualTo("1.2 GiB");
        assertThat(Quantity.bytes(Long.MAX_VALUE)).isEqualTo("8192.0 PiB");
    }

    @Test
    void showsMinutesFromAMinuteOn() {
        assertThat(Quantity.nanos(840_000_000)).isEqualTo("0.8 s");
        assertThat(Quantity.nanos(59_990_000_000L)).isEqualTo("1 m 00 s");
        assertThat(Quantity.nanos(125_000_000_000L)).isEqualTo("2 m 05 s");
    }

    @Test
    void showsLimitsAsTheyWereGiven() {
        assertThat(Quantity.rate(500_000)).isEqualTo("500 KB/s");
        assertThat(Quantity.rate(20_000_000)).isEqualTo("20 MB/s");
        assertThat(Quantity.rate(524_288)).isEqualTo("512 KiB/s");
        assertThat(Quantity.rate(1_234)).isEqualTo("1234 B/s");
    }

    @Test
    void countsOneWithoutAnS() {
        assertThat(Quantity.count(1, "record")).isEqualTo("1 record");
        assertThat(Quantity.count(0, "record")).isEqualTo("0 records");
    }
}
