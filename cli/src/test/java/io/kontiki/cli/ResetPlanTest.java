package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.cli.output.ListFormat;
import io.kontiki.client.CommittedOffset;
import io.kontiki.client.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

/** Where a group would go on, without a group. */
class ResetPlanTest {
    private static final Map<TopicPartition, CommittedOffset> COMMITTED =
            Map.of(tp(0), CommittedOffset.of(40), tp(1), CommittedOffset.of(70));
    private static final Map<TopicPartition, Long> STARTS = Map.of(tp(0), 20L, tp(1), 0L, tp(2), 0L);
    private static final Map<TopicPartition, Long> ENDS = Map.of(tp(0), 100L, tp(1), 80L, tp(2), 9L);

    @TempDir
    private Path directory;

    @Test
    void planShowsCurrentNewAndDifference() {
        var plan = ResetPlan.to(Map.of(tp(0), 50L, tp(1), 70L, tp(2), 3L), COMMITTED, STARTS, ENDS);

        assertThat(plan.render(ListFormat.TABLE)).isEqualTo("""
                        TOPIC  PARTITION  CURRENT  NEW  DIFFERENCE  NOTE
                        t              0       40   50         +10  -
                        t              1       70   70           0  -
                        t              2        -    3           -  -
                        """);
    }

    @Test
    void offsetsStayWithinTheLogAndSaySo() {
        var plan = ResetPlan.to(Map.of(tp(0), 3L, tp(1), 1000L), COMMITTED, STARTS, ENDS);

        assertThat(plan.render(ListFormat.TABLE)).isEqualTo("""
                        TOPIC  PARTITION  CURRENT  NEW  DIFFERENCE  NOTE
                        t              0       40   20         -20  the log starts here, not at 3
                        t              1       70   80         +10  the log ends here, not at 1000
                        """);
        assertThat(plan.offsets()).isEqualTo(Map.of(tp(0), CommittedOffset.of(20), tp(1), CommittedOffset.of(80)));
    }

    @Test
    void shiftLeavesOutWhereNothingIsCommitted() {
        assertThat(ResetPlan.shifted(ENDS.keySet(), COMMITTED, -30)).isEqualTo(Map.of(tp(0), 10L, tp(1), 40L));
        assertThat(ResetPlan.shifted(ENDS.keySet(), COMMITTED, Long.MAX_VALUE))
                .as("no overflow")
                .isEqualTo(Map.of(tp(0), Long.MAX_VALUE, tp(1), Long.MAX_VALUE));
    }

    @Test
    void whatIsPrintedAsJsonIsReadAsAPlan() throws IOException {
        var plan = ResetPlan.to(Map.of(tp(0), 50L, tp(2), 3L), COMMITTED, STARTS, ENDS);
        Path file = Files.writeString(directory.resolve("plan.json"), plan.render(ListFormat.JSON));

        assertThat(plan.render(ListFormat.JSONL).lines().findFirst())
                .contains("{\"topic\":\"t\",\"partition\":0,\"currentOffset\":40,\"newOffset\":50,\"difference\":10,"
                        + "\"logStartOffset\":20,\"logEndOffset\":100}");
        assertThat(ResetFile.read(file)).isEqualTo(Map.of(tp(0), 50L, tp(2), 3L));
    }

    @Test
    void linesAreReadAsAPlan() throws IOException {
        Path file = Files.writeString(directory.resolve("plan.csv"), "# kept\n\nt,0,12\r\nt, 3 ,0\n");

        assertThat(ResetFile.read(file)).isEqualTo(Map.of(tp(0), 12L, tp(3), 0L));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "t,0 | line 1 is 't,0'",
                "t,0,x | offset 'x'",
                "t,-1,5 | partition '-1'",
                "t,0,-5 | is -5, below 0",
                "{} | no field \"partitions\"",
                "{\"partitions\": [{\"topic\": \"t\"}]} | lacks topic, partition or newOffset",
                "{\"partitions\": [{\"topic\": \"t\", \"partition\": 0, \"newOffset\": 1.5}]} | offset '1.5'",
                "{\"partitions\": [] | is no plan",
                "{\"partitions\": null} | is not a list of objects",
                "{\"partitions\": [{\"topic\": null, \"partition\": 0, \"newOffset\": 1}]} | neither text nor number",
                "# | names no partition"
            })
    void unsoundPlansAreRefusedWithTheReason(String text, String hint) throws IOException {
        Path file = Files.writeString(directory.resolve("plan"), text);

        assertThatThrownBy(() -> ResetFile.read(file))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("plan is no plan")
                .hasMessageContaining(hint)
                .extracting(thrown -> ((Failure) thrown).exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void partitionNamedTwiceIsRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("plan"), "t,0,1\nt,0,2\n");

        assertThatThrownBy(() -> ResetFile.read(file)).hasMessageContaining("t:0 is in it twice");
        assertThatThrownBy(() -> ResetFile.read(directory.resolve("none"))).hasMessageContaining("no such file");
    }

    @Test
    void topicsAreChosenWholeOrInPart() {
        var text = new TopicChoice.Text();

        assertThat(text.convert("t").includes(tp(7))).isTrue();
        assertThat(text.convert("t:0,2-3").includes(tp(2))).isTrue();
        assertThat(text.convert("t:0,2-3").includes(tp(1))).isFalse();
        assertThat(text.convert("u").includes(tp(0))).isFalse();
        assertThatThrownBy(() -> text.convert(":1")).isInstanceOf(TypeConversionException.class);
        assertThatThrownBy(() -> text.convert("t:x")).isInstanceOf(TypeConversionException.class);
    }

    private static TopicPartition tp(int partition) {
        return new TopicPartition("t", partition);
    }
}
