package io.kontiki.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.cli.output.Table.Column;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void alignsWordsLeftAndNumbersRight() {
        var table = new Table(Column.text("NAME"), Column.number("PARTITIONS"), Column.text("CONFIG"))
                .row("orders", "12", "a=b")
                .row("t", "3", "");

        assertThat(table.render()).isEqualTo("""
                        NAME    PARTITIONS  CONFIG
                        orders          12  a=b
                        t                3  -
                        """);
    }

    @Test
    void replacesControlCharactersSoThatNothingSteersTheTerminal() {
        assertThat(new Table(Column.text("A")).row("x\u001b[2Jy\n").render()).isEqualTo("A\nx?[2Jy?\n");
    }

    @Test
    void refusesRowsOfAnotherWidth() {
        var table = new Table(Column.text("A"));

        assertThatThrownBy(() -> table.row("1", "2")).hasMessage("2 cells for 1 columns");
    }
}
