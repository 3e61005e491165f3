package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {
    @Test
    void aReaderThatWentAwayIsNoFault() {
        assertThatCode(() -> terminal("Broken pipe").print("x")).doesNotThrowAnyException();
    }

    @Test
    void aFullDiskIs() {
        assertThatThrownBy(() -> terminal("No space left on device").print("x"))
                .isInstanceOf(Failure.class)
                .hasMessage("cannot write to standard output: No space left on device");
    }

    @Test
    void tellsTerminalsByTheirDevice() {
        assertThat(TerminalCheck.namesTerminal("/dev/pts/3")).isTrue();
        assertThat(TerminalCheck.namesTerminal("/dev/tty1")).isTrue();
        assertThat(TerminalCheck.namesTerminal("pipe:[123]")).isFalse();
        assertThat(TerminalCheck.namesTerminal("/dev/null")).isFalse();
    }

    private static Terminal terminal(String fault) {
        var out = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(fault);
            }
        };
        var err = new PrintStream(OutputStream.nullOutputStream());
        return new Terminal(InputStream.nullInputStream(), out, err, false, false, false, Map.of());
    }
}
