package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kontiki.quickstart.KontikiCommand;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** {@code kontiki doctor} and its neighbours, at a live cluster whose machine's own disk is none of the test's business. */
final class DoctorCommand {
    static final int DONE = 0;
    static final int PROBLEMS_FOUND = 10;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final KontikiCommand kontiki;
    private final Predicate<Finding> wanted;

    /** @param wanted findings that the test is about */
    DoctorCommand(String bootstrap, Predicate<Finding> wanted) throws IOException {
        this.kontiki = new KontikiCommand(bootstrap);
        this.wanted = wanted;
    }

    /** What it says of one thing that is wrong. */
    record Finding(String severity, String fault, String subject, String what, String advice) {
        static Finding of(JsonElement json) {
            JsonObject object = json.getAsJsonObject();
            return new Finding(
                    object.get("severity").getAsString(),
                    object.get("fault").getAsString(),
                    object.get("subject").getAsString(),
                    object.get("what").getAsString(),
                    object.get("advice").getAsString());
        }

        String title() {
            return severity + " " + fault + " " + subject;
        }
    }

    /**
     * Asks until it finds these and nothing else, the worst first, each as severity, fault and subject; what is told of
     * them is returned, in this order.
     */
    List<Finding> await(String... titles) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        List<Finding> found = findings();
        while (!titles(found).equals(List.of(titles)) && System.nanoTime() - deadline < 0) {
            found = findings();
        }
        assertThat(titles(found)).as("findings, last " + found).containsExactly(titles);
        return found;
    }

    private static List<String> titles(List<Finding> findings) {
        return findings.stream().map(Finding::title).toList();
    }

    private List<Finding> findings() throws IOException, InterruptedException {
        KontikiCommand.Result result = kontiki.run("", "doctor", "-o", "json");
        JsonArray all = JsonParser.parseString(String.join("\n", result.output()))
                .getAsJsonObject()
                .getAsJsonArray("findings");
        List<Finding> findings =
                StreamSupport.stream(all.spliterator(), false).map(Finding::of).toList();
        boolean problem =
                findings.stream().anyMatch(finding -> !finding.severity().equals("notice"));
        assertThat(result.exitCode()).as("exit code with " + findings).isEqualTo(problem ? PROBLEMS_FOUND : DONE);
        return findings.stream().filter(wanted).toList();
    }

    /** Runs any command, with no input, and returns what it prints. */
    String print(int exitCode, String... arguments) throws IOException, InterruptedException {
        return print("", exitCode, arguments);
    }

    /** As {@link #print(int, String...)}, with a text as its standard input. */
    String print(String input, int exitCode, String... arguments) throws IOException, InterruptedException {
        KontikiCommand.Result result = kontiki.run(input, arguments);
        String output = String.join("\n", result.output());
        assertThat(result.exitCode()).as(List.of(arguments) + ": " + output).isEqualTo(exitCode);
        return output;
    }
}
