package io.kontiki.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.chaos.history.Anomaly;
import io.kontiki.chaos.history.HistoryFile;
import io.kontiki.chaos.history.Operation;
import io.kontiki.chaos.history.Outcome;
import io.kontiki.chaos.history.RecordId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class ReportTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    private Path directory;

    private Report write(Operation... operations) throws IOException {
        try (HistoryFile history = HistoryFile.create(directory.resolve(HistoryFile.NAME))) {
            for (Operation operation : operations) {
                history.write(operation);
            }
        }
        return Report.write(directory, "A <test>", Duration.ofSeconds(30));
    }

    private static Operation.Send acked(long sequence, long completed) {
        RecordId id = new RecordId(0, 0, sequence);
        return new Operation.Send(id, Operation.Acks.ALL, completed - 1000, completed, Outcome.OK, sequence, "");
    }

    private static Operation.Read all(long... sequences) {
        return new Operation.Read(
                "final",
                0,
                9 * SECOND,
                false,
                Arrays.stream(sequences)
                        .mapToObj(sequence -> new Operation.Seen(sequence, 0, sequence))
                        .toList());
    }

    @Test
    void pictureIsSoundAndShowsFaultsAndGaps() throws Exception {
        write(
                acked(0, SECOND),
                new Operation.Strike("kill", "broker <1>", SECOND, 3 * SECOND),
                new Operation.Healed(3 * SECOND),
                acked(1, 4 * SECOND),
                all(0, 1));

        String page = Files.readString(directory.resolve("report.html"));
        String svg = page.substring(page.indexOf("<svg"), page.indexOf("</svg>") + "</svg>".length());
        Document picture = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(picture.getElementsByTagName("polyline").getLength()).isEqualTo(5);
        assertThat(picture.getDocumentElement().getTextContent())
                .contains("kill: broker <1>, 1.0 s to 3.0 s", "nothing acknowledged for 3.00 s");
        assertThat(page).contains("A &lt;test&gt;", "Nothing is wrong", "Red: nothing was acknowledged");
    }

    @Test
    void findingsAreToldToPeopleAndPrograms() throws IOException {
        Report report = write(acked(0, SECOND), acked(1, SECOND), all(0));

        assertThat(report.verdict().counts()).containsKey(Anomaly.LOST);
        for (String name : List.of("verdict.txt", "verdict.json", "report.html")) {
            assertThat(directory.resolve(name)).content().contains("LOST", "record 1 of producer 0");
        }
    }
}
