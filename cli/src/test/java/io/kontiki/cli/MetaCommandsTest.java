package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The metadata shell, against a broker in this process. */
@Timeout(120)
class MetaCommandsTest {
    @TempDir
    private static Path directory;

    private static CommandBroker broker;

    @BeforeAll
    static void startBroker() throws InterruptedException {
        broker = CommandBroker.start(directory.resolve("data"));
        kontiki("topic", "create", "orders", "-p", "12", "-c", "retention.ms=1000");
        kontiki("topic", "create", "returns", "-p", "1");
        var produced = broker.command().input("one\ntwo\n");
        assertThat(produced.run("produce", "returns")).isEqualTo(ExitCode.DONE);
        kontiki("consume", "returns", "--group", "billing", "--until", "end");
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void lsListsNamesInTheirOrder() {
        assertThat(meta("ls")).contains("brokers\n", "groups\n");
        assertThat(meta("ls", "/brokers/ids")).isEqualTo("0\n");
        assertThat(meta("ls", "/brokers/topics/orders/partitions"))
                .startsWith("0\n1\n2\n3\n")
                .endsWith("9\n10\n11\n");
        assertThat(meta("ls", "-R", "/brokers/topics/returns"))
                .isEqualTo("/brokers/topics/returns\n/brokers/topics/returns/partitions\n"
                        + "/brokers/topics/returns/partitions/0\n/brokers/topics/returns/partitions/0/state\n");
        assertThat(json("ls", "/brokers/topics", "-o", "json")
                        .getAsJsonArray("children")
                        .toString())
                .isEqualTo("[\"orders\",\"returns\"]");
    }

    @Test
    void getShowsWhatTheClusterIs() {
        var registered = JsonParser.parseString(meta("get", "/brokers/ids/0")).getAsJsonObject();
        assertThat(registered.get("host").getAsString()).isEqualTo("127.0.0.1");
        assertThat(registered.get("port").getAsInt()).isEqualTo(broker.port());
        assertThat(registered.get("fenced").getAsBoolean()).isFalse();
        assertThat(meta("get", "/controller")).isEqualTo("{\"brokerid\":0}\n");
        assertThat(meta("get", "/configs/topics/orders")).isEqualTo("{\"config\":{\"retention.ms\":\"1000\"}}\n");
        assertThat(meta("get", "/brokers/topics/returns/partitions/0/state"))
                .startsWith("{\"leader\":0,\"leader_epoch\":0,\"isr\":[0],");
        assertThat(meta("get", "/groups/billing/offsets/returns/0")).startsWith("{\"offset\":3,\"leader_epoch\":0,");
        assertThat(meta("get", "/quorum")).contains("\"leader\":0,\"voters\":[0]}");
        assertThat(meta("get", "/quorum/voters/0")).containsPattern("\"member\":\"0-[0-9a-f]{16}\"");
        assertThat(meta("get", "/brokers")).isEqualTo("null\n");
    }

    @Test
    void statTellsWhereInTheLogTheAnswerIs() {
        assertThat(meta("get", "-s", "/brokers/topics/orders/partitions/3/state"))
                .startsWith("{\"leader\":0,")
                .containsPattern("\npath = /brokers/topics/orders/partitions/3/state\nversion = [0-9]+\nchildren = 0\n"
                        + "valueBytes = [1-9][0-9]+\nterm = [1-9][0-9]*\nindex = [1-9][0-9]*\n$");
        assertThat(meta("stat", "/brokers")).startsWith("path = /brokers\nversion = -\nchildren = 2\nvalueBytes = 0\n");
        var stat = json("stat", "/brokers/topics/orders", "-o", "json");
        assertThat(stat.get("version").isJsonNull()).isTrue();
        assertThat(stat.get("children").getAsInt()).isEqualTo(1);
        assertThat(json("get", "/controller", "-o", "json")
                        .getAsJsonObject("value")
                        .get("brokerid")
                        .getAsInt())
                .isZero();
    }

    @Test
    void treeIndentsChildren() {
        assertThat(meta("tree", "/brokers", "-L", "2"))
                .isEqualTo("/brokers\n  ids\n    0\n  topics\n    orders\n    returns\n");
        assertThat(json("tree", "/brokers/topics/returns", "-o", "json").toString())
                .isEqualTo("{\"partitions\":{\"0\":{\"state\":{}}}}");
        assertThat(broker.run(ExitCode.USAGE, "meta", "tree", "-L", "17").err()).contains("17 is not within 1 to 16");
    }

    @Test
    void findSelectsByNameAndValue() {
        assertThat(meta("find", "--name", "ret*"))
                .contains("/brokers/topics/returns\n", "/configs/topics/returns\n", "/groups/billing/offsets/returns\n")
                .doesNotContain("orders");
        assertThat(meta("find", "/brokers/topics", "--name", "1?"))
                .isEqualTo("/brokers/topics/orders/partitions/10\n/brokers/topics/orders/partitions/11\n");
        assertThat(meta("find", "/configs", "--value", "\"retention.ms\":\"1000\""))
                .isEqualTo("/configs/topics/orders\n");
        assertThat(meta("find", "/brokers", "--value", "\"leader\":null")).isEmpty();
        assertThat(json("find", "/groups", "--name", "0", "-o", "json").toString())
                .isEqualTo("{\"paths\":[\"/groups/billing/offsets/returns/0\"]}");
    }

    @Test
    void dumpIsOneDocumentWithOneValueALine() {
        var run = kontiki("meta", "dump");
        var dumped = JsonParser.parseString(run.out()).getAsJsonObject();

        assertThat(dumped.keySet())
                .contains("/cluster", "/brokers/ids/0", "/brokers/topics/orders/partitions/11/state");
        assertThat(dumped.getAsJsonObject("/cluster").get("partitions").getAsInt())
                .isEqualTo(13);
        assertThat(run.out().lines()).hasSize(dumped.size() + 2);
        assertThat(run.err()).containsPattern("as of index [0-9]+ of the metadata log");
        assertThat(JsonParser.parseString(meta("dump", "/admin"))
                        .getAsJsonObject()
                        .keySet())
                .containsExactly("/admin/reassign_partitions");
        assertThat(meta("dump", "/brokers/topics/orders/partitions/0"))
                .contains("  \"/brokers/topics/orders/partitions/0/state\": {");
    }

    @Test
    void linesShareWhereTheyStand() {
        var run = kontiki("meta", "-c", "cd /brokers", "-c", "ls", "-c", "cd topics/orders/../returns", "-c", "pwd");
        assertThat(run.out()).isEqualTo("ids\ntopics\n/brokers/topics/returns\n");

        var typed =
                broker.command().input("# what is there\n\ncd brokers/ids\nls\nget 0 -o json\nexit\nget /nowhere\n");
        assertThat(typed.run("meta")).as(typed.err()).isEqualTo(ExitCode.DONE);
        assertThat(typed.out()).startsWith("0\n{\n  \"path\": \"/brokers/ids/0\",");
        // The option of a line ends with it.
        assertThat(kontiki("meta", "-c", "ls /brokers/ids -o json", "-c", "ls /brokers/ids")
                        .out())
                .endsWith("}\n0\n");
        assertThat(kontiki("meta", "-c", "find /configs --value '\"1000\"'").out())
                .isEqualTo("/configs/topics/orders\n");
        assertThat(kontiki("meta", "-c", "help").out()).contains("ls", "tree", "find", "dump", "cd", "pwd");
        assertThat(kontiki("meta", "-c", "help tree").out()).contains("kontiki meta tree", "--depth");
    }

    @Test
    void firstLineThatFailsIsTheLast() {
        var run = broker.run(ExitCode.NOT_FOUND, "meta", "-c", "pwd", "-c", "get /brokers/ids/7", "-c", "pwd");
        assertThat(run.out()).isEqualTo("/\n");
        assertThat(run.err()).contains("there is no /brokers/ids/7: /brokers/ids has 0\n");
        assertThat(broker.run(ExitCode.USAGE, "meta", "-c", "sl /").err())
                .contains("unknown command 'sl'", "kontiki meta");
        assertThat(broker.run(ExitCode.USAGE, "meta", "-c", "ls 'x").err()).contains("the quote ' is never closed");
        var typed = broker.command().input("cd /nowhere\nls\n");
        assertThat(typed.run("meta")).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(typed.out()).isEmpty();
        var endless = broker.command().input("x".repeat(20_000));
        assertThat(endless.run("meta")).isEqualTo(ExitCode.FAILED);
        assertThat(endless.err()).contains("10000");
    }

    @Test
    void missingNodeIsToldWithWhatThereIs() {
        var run = broker.run(ExitCode.NOT_FOUND, "meta", "ls", "/brokers/topic");
        assertThat(run.err())
                .contains("there is no /brokers/topic: /brokers has ids, topics; did you mean /brokers/topics?")
                .contains("kontiki meta ls -R /");
        assertThat(broker.run(ExitCode.USAGE, "meta", "get", "/a%zz").err()).contains("two hexadecimal digits");
        broker.run(ExitCode.NOT_FOUND, "meta", "tree", "/x");
        broker.run(ExitCode.NOT_FOUND, "meta", "ls", "-R", "/x");
        broker.run(ExitCode.NOT_FOUND, "meta", "find", "/x");
        broker.run(ExitCode.NOT_FOUND, "meta", "dump", "/x");
    }

    @Test
    void withoutABrokerItSaysSo() {
        var run = new CommandRun().with("KONTIKI_BOOTSTRAP", "127.0.0.1:1");
        assertThat(run.run("meta", "ls")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err()).contains("no broker answered at 127.0.0.1:1");
    }

    private static String meta(String... args) {
        var all = new String[args.length + 1];
        all[0] = "meta";
        System.arraycopy(args, 0, all, 1, args.length);
        return kontiki(all).out();
    }

    private static JsonObject json(String... args) {
        return JsonParser.parseString(meta(args)).getAsJsonObject();
    }

    private static CommandRun kontiki(String... args) {
        return broker.run(ExitCode.DONE, args);
    }
}
