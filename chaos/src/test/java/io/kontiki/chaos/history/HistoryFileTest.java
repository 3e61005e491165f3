package io.kontiki.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.chaos.history.Operation.Acks;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
    @TempDir
    private Path directory;

    @Test
    void operationsComeBackAsTheyWere() throws IOException {
        List<Operation> operations = List.of(
                new Operation.Send(new RecordId(1, 2, 3), Acks.LEADER, 4, 5, Outcome.UNKNOWN, -1, "\"lost\"\n"),
                new Operation.Read("tail-1", 2, 6, true, List.of(new Operation.Seen(7, 1, 3))),
                new Operation.ReadFailed("tail-1", 2, 6, "why"),
                new Operation.Strike("kill", "broker 1", 8, 9),
                new Operation.Healed(10),
                new Operation.Noticed(Anomaly.BROKER_ENDED, 11, "broker 2"));
        Path file = directory.resolve(HistoryFile.NAME);
        try (HistoryFile history = HistoryFile.create(file)) {
            operations.forEach(history::write);
        }

        List<Operation> back = new ArrayList<>();
        HistoryFile.read(file, back::add);

        assertThat(back).isEqualTo(operations);
    }

    @Test
    void lineThatIsNoOperationIsTold() throws IOException {
        Path file = directory.resolve(HistoryFile.NAME);
        try (OutputStream bytes = new GZIPOutputStream(Files.newOutputStream(file))) {
            bytes.write("{\"op\":\"healed\",\"at\":1}\n{\"op\":\"sned\"}\n".getBytes(StandardCharsets.UTF_8));
        }

        assertThatThrownBy(() -> HistoryFile.read(file, operation -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 2 ")
                .hasMessageContaining("sned");
    }
}
