package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.ListFormat;
import io.kontiki.cli.output.Listing;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.BrokerInfo;
import io.kontiki.client.LogDirInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki broker log-dirs}. */
@Command(
        name = "log-dirs",
        description = {
            "Show the log directories of the brokers and the size and lag of each partition in them.",
            "Exit code 10 if one of them does not answer in time; the others are shown."
        })
final class BrokerLogDirs implements Callable<Integer> {
    private record Row(LogDirInfo dir, LogDirInfo.Replica replica) {}

    private static final Listing<LogDirInfo> DIRS = new Listing<LogDirInfo>(
                    "logDirs", dir -> dir.brokerId() + ":" + dir.path(), BrokerLogDirs::json)
            .number("BROKER", LogDirInfo::brokerId)
            .text("DIRECTORY", LogDirInfo::path)
            .wideText("ID", dir -> dir.id().map(Object::toString).orElse(""))
            .text("STATE", dir -> state(dir) + (dir.reason().isEmpty() ? "" : ": " + dir.reason()))
            .number("PARTITIONS", dir -> dir.replicas().size())
            .number("SIZE", dir -> Quantity.bytes(size(dir)))
            .number("FREE", dir -> bytes(dir.usableBytes()))
            .number("TOTAL", dir -> bytes(dir.totalBytes()));

    private static final Listing<Row> REPLICAS = new Listing<Row>(
                    "replicas", row -> row.replica().partition().toString(), row -> json(row.replica()))
            .number("BROKER", row -> row.dir().brokerId())
            .text("DIRECTORY", row -> row.dir().path())
            .text("TOPIC", row -> row.replica().partition().topic())
            .number("PARTITION", row -> row.replica().partition().partition())
            .text("ROLE", row -> row.replica().leader() ? "leader" : "follower")
            .number("SIZE", row -> Quantity.bytes(row.replica().sizeBytes()))
            .wideNumber("START", row -> row.replica().logStartOffset())
            .number("END", row -> row.replica().endOffset())
            .number("LAG", row -> row.replica().offsetLag());

    private final Terminal terminal;
    private final Clients clients;

    @Parameters(paramLabel = "BROKER", arity = "0..1", description = "Id of one broker. Default: all.")
    private Integer brokerId;

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "TOPIC",
            description = "Only partitions of this topic.")
    private String topic;

    @Mixin
    private ListOutput output = new ListOutput();

    BrokerLogDirs(Terminal terminal, Clients clients) {
        this.terminal = terminal;
        this.clients = clients;
    }

    @Override
    public Integer call() {
        var silent = new TreeMap<Integer, String>();
        List<LogDirInfo> dirs = clients.withAdmin(admin -> describe(admin, silent));
        terminal.print(DIRS.render(dirs, output.format()));
        boolean table = output.format() == ListFormat.TABLE || output.format() == ListFormat.WIDE;
        List<Row> rows = dirs.stream()
                .flatMap(dir -> dir.replicas().stream().map(replica -> new Row(dir, replica)))
                .toList();
        if (table && !rows.isEmpty()) {
            terminal.print("\n" + REPLICAS.render(rows, output.format()));
        }
        return silent.isEmpty() ? ExitCode.DONE : ExitCode.PROBLEMS_FOUND;
    }

    /** A fenced broker has nobody to answer for it. Brokers have nothing of a topic that is none, and find that no fault. */
    private List<LogDirInfo> describe(Admin admin, Map<Integer, String> silent) {
        if (topic != null) {
            admin.describeTopic(topic);
        }
        if (brokerId != null) {
            return admin.describeLogDirs(brokerId, Optional.ofNullable(topic));
        }
        var running = admin.describeCluster().brokers().stream()
                .filter(broker -> !broker.fenced())
                .map(BrokerInfo::id)
                .toList();
        var answers = EachBroker.ask(
                running, clients.answerLimit(), id -> admin.describeLogDirs(id, Optional.ofNullable(topic)));
        silent.putAll(answers.silent());
        var dirs = new ArrayList<LogDirInfo>();
        answers.told().values().forEach(dirs::addAll);
        if (output.format() != ListFormat.NAME) {
            silent.forEach((id, problem) -> dirs.add(unknown(id, problem)));
        }
        return dirs;
    }

    private static LogDirInfo unknown(int broker, String problem) {
        return new LogDirInfo(
                broker,
                "",
                Optional.empty(),
                LogDirInfo.State.UNKNOWN,
                problem,
                OptionalLong.empty(),
                OptionalLong.empty(),
                List.of());
    }

    private static String state(LogDirInfo dir) {
        return dir.state().name().toLowerCase(Locale.ROOT);
    }

    private static String bytes(OptionalLong bytes) {
        return bytes.isPresent() ? Quantity.bytes(bytes.getAsLong()) : "";
    }

    private static long size(LogDirInfo dir) {
        return dir.replicas().stream().mapToLong(LogDirInfo.Replica::sizeBytes).sum();
    }

    private static JsonObject json(LogDirInfo dir) {
        var object = new JsonObject();
        object.addProperty("brokerId", dir.brokerId());
        object.addProperty("path", dir.path());
        dir.id()
                .ifPresentOrElse(
                        id -> object.addProperty("id", id.toString()), () -> object.add("id", JsonNull.INSTANCE));
        object.addProperty("state", state(dir));
        object.addProperty("reason", dir.reason());
        add(object, "usableBytes", dir.usableBytes());
        add(object, "totalBytes", dir.totalBytes());
        var replicas = new JsonArray();
        dir.replicas().forEach(replica -> replicas.add(json(replica)));
        object.add("replicas", replicas);
        return object;
    }

    private static void add(JsonObject object, String name, OptionalLong bytes) {
        bytes.ifPresentOrElse(known -> object.addProperty(name, known), () -> object.add(name, JsonNull.INSTANCE));
    }

    private static JsonObject json(LogDirInfo.Replica replica) {
        var object = new JsonObject();
        object.addProperty("topic", replica.partition().topic());
        object.addProperty("partition", replica.partition().partition());
        object.addProperty("sizeBytes", replica.sizeBytes());
        object.addProperty("logStartOffset", replica.logStartOffset());
        object.addProperty("endOffset", replica.endOffset());
        object.addProperty("offsetLag", replica.offsetLag());
        object.addProperty("leader", replica.leader());
        return object;
    }
}
