package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.client.KontikiException;
import io.kontiki.client.NewTopic;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs the programs below {@code examples/}. One whose runtime is not installed is skipped, and the report says so. */
class ExamplesIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration SESSION = Duration.ofSeconds(6);
    private static final int PARTITIONS = 4;
    private static final int EVENTS = 200;

    private static BrokerProcess broker;
    private static ClusterView view;
    private static Path directory;

    @BeforeAll
    static void start() throws IOException {
        directory = RealProcesses.newDirectory("examples-programs");
        broker = SingleBroker.create("examples");
        RealProcesses.startQuickly(List.of(broker));
        broker.set("group.consumer.session.timeout.ms", Long.toString(SESSION.toMillis()));
        broker.set("group.consumer.heartbeat.interval.ms", "1000");
        SingleBroker.start(broker);
        view = new ClusterView(broker.endpoint());
        newTopic("greetings");
    }

    @AfterAll
    static void stop() {
        if (view != null) {
            view.close();
        }
        if (broker != null) {
            SingleBroker.stop(broker);
        }
    }

    private static String newTopic(String name) {
        view.admin().createTopic(NewTopic.named(name).withPartitions(PARTITIONS));
        return name;
    }

    @ParameterizedTest
    @EnumSource(ExampleLanguage.class)
    void storesReadsAndCommitsAllEvents(ExampleLanguage language) throws Exception {
        String topic = newTopic(language.name().toLowerCase(Locale.ROOT));
        try (ExampleProgram producer = language.producer(directory, broker.endpoint(), topic, EVENTS);
                ExampleProgram consumer = language.consumer(
                        directory, broker.endpoint(), topic, topic + "-group", Integer.toString(EVENTS))) {
            List<String> stored = producer.ended().stored();
            List<ExampleProgram.Read> read = consumer.ended().read();

            assertThat(stored).hasSize(EVENTS).doesNotHaveDuplicates();
            assertThat(read).extracting(ExampleProgram.Read::place).containsExactlyInAnyOrderElementsOf(stored);
            assertInOrderOfEachUser(read);
            assertThat(committed(topic + "-group")).containsAllEntriesOf(behind(stored));
        }
    }

    private static void assertInOrderOfEachUser(List<ExampleProgram.Read> read) {
        Map<Integer, Integer> last = new HashMap<>();
        for (ExampleProgram.Read event : read) {
            assertThat(event.number()).as("of user " + event.user()).isGreaterThan(last.getOrDefault(event.user(), 0));
            last.put(event.user(), event.number());
        }
    }

    /** The place behind the last event of each partition. */
    private static Map<Integer, Long> behind(List<String> stored) {
        return stored.stream()
                .map(place -> place.split(" "))
                .collect(Collectors.toMap(
                        place -> Integer.valueOf(place[0]), place -> Long.parseLong(place[1]) + 1, Math::max));
    }

    private static Map<Integer, Long> committed(String group) {
        return view.admin().groupOffsets(group).entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> entry.getKey().partition(),
                        entry -> entry.getValue().offset()));
    }

    @Test
    void programsHaveFewerThan40Lines() throws IOException {
        try (Stream<Path> files = Files.walk(RealProcesses.source().resolve("examples"), 2)) {
            Map<String, Integer> lines = new TreeMap<>();
            for (Path file : files.filter(path -> path.toString().matches(".*\\.(java|py|js|rb)"))
                    .toList()) {
                lines.put(
                        file.getFileName().toString(), Files.readAllLines(file).size());
            }
            assertThat(lines).containsKeys("Produce.java", "Consume.java", "produce.py", "consume.js", "consume.rb");
            assertThat(lines)
                    .allSatisfy((file, count) -> assertThat(count).as(file).isLessThan(40));
        }
    }

    /** All Python of the page, in its order, as one program. */
    @Test
    void snippetsOfTheDocumentationWork() throws Exception {
        newTopic("events");
        newTopic("lines");
        Path input = Files.writeString(directory.resolve("lines.txt"), "one\ntwo\n");
        Path program = Files.writeString(directory.resolve("snippets.py"), snippets());

        try (ExampleProgram snippets = ExampleLanguage.ofPython(program, input, directory)) {
            await().atMost(PATIENCE).until(() -> snippets.lines().size() == 2 || !snippets.isAlive());

            assertThat(snippets.lines()).as(snippets::problems).hasSize(2);
            assertThat(snippets.lines().get(0)).matches("[0-3] \\d+");
            assertThat(snippets.lines().get(1)).isEqualTo("user-7 {\"user\": \"user-7\", \"number\": 3}");
            assertThat(snippets.problems()).isEmpty();
        }
        assertThat(new KontikiCommand(broker.endpoint())
                        .run("", "consume", "lines")
                        .output())
                .contains("one", "two");
    }

    private static List<String> fenced(String page, String language) {
        return Pattern.compile("(?s)```" + language + "\n(.*?)```")
                .matcher(page)
                .results()
                .map(snippet -> snippet.group(1))
                .toList();
    }

    private static String snippets() throws IOException {
        String page = Files.readString(RealProcesses.source().resolve("docs/any-language.md"));
        String work = "def work(key, value):\n    print(key.decode(), value.decode(), flush=True)\n";
        String snippets = String.join("\n", fenced(page, "python"));
        assertThat(snippets).contains("Publish(", "PublishStream(", "Consume(", "localhost:9392");
        return work + snippets.replace("localhost:9392", broker.endpoint());
    }

    /** Each program of the README, as printed there but for the address. */
    @ParameterizedTest
    @CsvSource({"JAVA,java,Greetings.java", "PYTHON,python,greetings.py", "NODE,js,greetings.js"})
    void programsOfTheReadmeWork(ExampleLanguage language, String fence, String file) throws Exception {
        String page = Files.readString(RealProcesses.source().resolve("README.md"));
        List<String> programs = fenced(page, fence);
        assertThat(programs).singleElement().asString().contains("localhost:9392");
        assertThat(page).contains(file + "`:\n");
        Path program = Files.writeString(
                directory.resolve(file), programs.get(0).replace("localhost:9392", broker.endpoint()));

        try (ExampleProgram running = language.other(program, directory)) {
            await().atMost(PATIENCE)
                    .until(() -> running.lines().stream().anyMatch(line -> line.matches("\\d+ hello"))
                            || !running.isAlive());

            assertThat(running.lines()).as(running::problems).anyMatch(line -> line.matches("\\d+ hello"));
        }
    }

    @ParameterizedTest
    @EnumSource(value = ExampleLanguage.class, names = "JAVA", mode = EnumSource.Mode.EXCLUDE)
    void javaTakesOverFromAKilledMemberOfAnotherLanguage(ExampleLanguage other) throws Exception {
        takeOver(other, ExampleLanguage.JAVA);
    }

    @ParameterizedTest
    @EnumSource(value = ExampleLanguage.class, names = "JAVA", mode = EnumSource.Mode.EXCLUDE)
    void anotherLanguageTakesOverFromAKilledJavaMember(ExampleLanguage other) throws Exception {
        takeOver(ExampleLanguage.JAVA, other);
    }

    /** Two members share a topic while events come; one is killed, the other reads all that is acknowledged from then on. */
    private static void takeOver(ExampleLanguage killed, ExampleLanguage survivor) throws Exception {
        String topic = newTopic((killed + "-killed-" + survivor + "-left").toLowerCase(Locale.ROOT));
        try (ExampleProgram goes = killed.consumer(directory, broker.endpoint(), topic, topic);
                ExampleProgram stays = survivor.consumer(directory, broker.endpoint(), topic, topic);
                EventStream events = new EventStream(broker.endpoint(), topic, PARTITIONS)) {
            awaitShares(PATIENCE, topic, PARTITIONS / 2, PARTITIONS / 2);
            awaitNews(events, goes, stays);

            goes.kill();
            awaitShares(SESSION.plus(Duration.ofSeconds(5)), topic, PARTITIONS);

            awaitNews(events, stays);
            events.stop();
            Set<String> acked = events.acked();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(places(goes, stays)).containsAll(acked));
            assertThat(stays.isAlive()).as(stays::problems).isTrue();
        }
    }

    /** The members own so many partitions each. */
    private static void awaitShares(Duration patience, String group, Integer... shares) {
        await().atMost(patience)
                .ignoreExceptionsInstanceOf(KontikiException.class)
                .untilAsserted(
                        () -> assertThat(view.admin().describeGroup(group).members())
                                .extracting(member -> member.owned().size())
                                .containsExactly(shares));
    }

    /** Each of them reads an event that was not sent before. */
    private static void awaitNews(EventStream events, ExampleProgram... programs) {
        Set<String> old = events.acked();
        for (ExampleProgram program : programs) {
            await().atMost(PATIENCE).until(() -> !old.containsAll(places(program)));
        }
    }

    private static Set<String> places(ExampleProgram... programs) throws IOException {
        Set<String> places = new HashSet<>();
        for (ExampleProgram program : programs) {
            program.read().forEach(event -> places.add(event.place()));
        }
        return places;
    }
}
