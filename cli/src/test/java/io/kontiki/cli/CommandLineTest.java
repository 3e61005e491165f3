package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Command lines that never reach a broker, nor start one: that would not end. */
@Timeout(30)
class CommandLineTest {
    private final CommandRun run = new CommandRun();

    @Test
    void helpShowsCommandsOnStandardOutput() {
        assertThat(run.run("--help")).isEqualTo(ExitCode.DONE);
        assertThat(run.out()).contains("topic", "produce", "consume", "cluster", "broker", "--bootstrap");
        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "topic",
                "topic list",
                "topic describe",
                "topic create",
                "topic alter",
                "topic add-partitions",
                "topic delete",
                "produce",
                "consume",
                "group list",
                "group describe",
                "group lag",
                "group reset",
                "group delete",
                "group forget",
                "group remove-member",
                "perf produce",
                "perf consume",
                "perf latency",
                "cluster info",
                "broker list"
            })
    void everyCommandExplainsItself(String command) {
        String[] args = (command + " --help").split(" ");

        assertThat(run.run(args)).isEqualTo(ExitCode.DONE);
        assertThat(run.out()).contains("Usage: kontiki " + command).contains("--bootstrap");
    }

    @Test
    void versionIsTheBuildsVersion() {
        assertThat(run.run("--version")).isEqualTo(ExitCode.DONE);
        assertThat(run.out()).matches("kontiki [0-9]+\\.[0-9]+\\.[0-9]+\\S* \\(Java [0-9]+\\)\\R");
    }

    @Test
    void misspeltCommandsGetSuggestions() {
        assertThat(run.run("topic", "lst")).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().lines()).hasSize(2);
        assertThat(run.err()).contains("'lst'").contains("Did you mean").contains("list");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "topic | Missing command: one of list",
                "topic create | TOPIC",
                "topic create t -p many | many",
                "topic create t -c novalue | novalue",
                "topic create t --wrong | --wrong",
                "topic list -o yaml | yaml",
                "topic describe | issing topic",
                "topic alter t | othing to change",
                "topic add-partitions t | --partitions",
                "cluster info -o name | name",
                "consume | TOPIC",
                "consume t --from yesterday | 'yesterday'",
                "consume t --from @2026-01-31T12:00:00 | zone",
                "consume t -p 3-1 | '3-1'",
                "consume t -n 0 | 0 is below 1",
                "consume t -f %q | %q",
                "consume t -f %v -o jsonl | exclude each other",
                "consume t --follow --until end | exclude each other",
                "consume t --until never | 'never'",
                "consume --pattern t.* | need --group",
                "consume t --assignor range | need --group",
                "consume t -g g --pattern t.* | exclude each other",
                "consume t -g g -p 0 | exclude each other",
                "consume t -g g --assignor fair | range, round-robin, sticky",
                "consume t -g g --from 5 | kontiki group reset",
                "consume t -g g/h | group is 'g/h'",
                "consume -g g --pattern ( | '--pattern'",
                "produce t --key k -k : | exclude each other",
                "produce t --key \\q | '\\q'",
                "produce t -z zip | 'zip'",
                "produce t --partitioner random | 'random'",
                "perf produce t --batch-bytes 1 | batchBytes",
                "produce t --acks 2 | '2'",
                "produce t -p -1 | -1 is below 0",
                "produce t -H novalue | 'novalue'",
                "produce t -k \\q | '\\q'",
                "group | Missing command: one of list",
                "group describe | GROUP",
                "group lag g -t :1 | ':1'",
                "group lag g --interval 2 | '2'",
                "group reset g | one of --to, --shift, --file",
                "group reset g --to earliest --shift 1 | one of --to, --shift, --file",
                "group reset g --to yesterday | 'yesterday'",
                "group reset g --shift one | 'one'",
                "group reset g --file no-such-file | no such file",
                "group delete g | --yes",
                "group forget g --yes | --topic",
                "group forget g --topic t | --yes",
                "group remove-member g | MEMBER or by --instance",
                "group remove-member g m --instance i | MEMBER or by --instance",
                "perf | Missing command: one of produce",
                "perf produce | TOPIC",
                "perf produce t --size -1 | option '--size': -1 is below 0",
                "perf produce t --size 99999999 | is above 16777216",
                "perf produce t -n 0 | 0 is below 1",
                "perf produce t --for 10 | '10'",
                "perf produce t --rate -1 | -1 is below 0",
                "perf latency t --size 8 | 8 is below 16",
                "perf consume t --fetch-bytes 1 | 1 is below 1024",
                "perf consume t -o jsonl | jsonl",
                "broker move-log t -1 --broker 1 --to /d | PARTITION: -1 is below 0",
                "broker move-log t 0 --broker -1 --to /d | option '--broker': -1 is below 0",
                "quorum add | BROKER",
                "quorum remove -1 | BROKER: -1 is below 0",
                "quorum replace one | 'one'",
                "broker decommission ID --yes | invalid value for ID: 'ID' is not a whole number",
                "topic list --timeout 5 | '5'",
                "topic list --timeout 0s | --timeout is 0ms",
                "topic list -b host:99999 | host:99999",
                "server start | no configuration is given",
                "server check-config | --config FILE (or KONTIKI_CONFIG), or --dev",
                "server start -b x | -b",
                "server start --timeout 5s | --timeout",
                "server start --set listeners | listeners",
                "quorum snapshot 99999999999 | BROKER: '99999999999' is no number from 0 to 2147483647",
                "server start --set log.dir.s=x | did you mean log.dirs?",
                "server start --set num.partitions=0 | num.partitions",
                "server start --config no-such-file | does not exist"
            })
    void badUseIsTwoLinesAndCodeTwo(String line, String hint) {
        int code = run.run(line.split(" "));

        assertThat(code).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).startsWith("error: ").containsIgnoringCase(hint);
        assertThat(run.err().lines()).hasSize(2);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void noCommandAtAllIsBadUse() {
        assertThat(run.run()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("missing command").contains("kontiki --help");
    }

    @Test
    void errorsAreColouredForPeopleOnly() {
        new CommandRun().run("nonsense");
        var onTerminal = new CommandRun().onTerminal();
        onTerminal.run("nonsense");
        var refused = new CommandRun().onTerminal().with("NO_COLOR", "1");
        refused.run("nonsense");
        var forced = new CommandRun().with("CLICOLOR_FORCE", "1");
        forced.run("nonsense");

        run.run("nonsense");
        assertThat(run.err()).startsWith("error: ");
        assertThat(onTerminal.err()).startsWith("\u001b[1;31merror:");
        assertThat(refused.err()).startsWith("error: ");
        assertThat(forced.err()).startsWith("\u001b[1;31merror:");
    }

    @Test
    void noColorOptionWinsOverATerminal() {
        run.onTerminal().run("topic", "list", "--no-color", "-b", "host:99999");

        assertThat(run.err()).startsWith("error: bootstrap server");
    }

    @Test
    void deleteWithoutTerminalNeedsYes() {
        assertThat(run.run("topic", "delete", "orders")).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("orders").contains("--yes");
    }

    @Test
    void deleteStopsIfTheTypedNameDiffers() {
        assertThat(run.onTerminal().input("order\n").run("topic", "delete", "orders", "--no-color"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("type its name: ").contains("error: the names differ: nothing done");
    }

    @Test
    void bootstrapComesFromOptionOrEnvironment() {
        run.with("KONTIKI_BOOTSTRAP", "env:99999").run("topic", "list");
        var before = new CommandRun().with("KONTIKI_BOOTSTRAP", "env:99999");
        before.run("--bootstrap-server", "option:99998", "topic", "list");
        var behind = new CommandRun().with("KONTIKI_BOOTSTRAP", "env:99999");
        behind.run("topic", "list", "-b", "option:99998");

        assertThat(run.err()).contains("env:99999");
        assertThat(before.err()).contains("option:99998");
        assertThat(behind.err()).contains("option:99998");
    }
}
