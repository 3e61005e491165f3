package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.DocumentFormat;
import io.kontiki.cli.output.JsonText;
import io.kontiki.cli.output.Quantity;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code kontiki doctor}. */
@Command(
        name = "doctor",
        description = {
            "Check the whole cluster and explain what is wrong and what to do, the worst first.",
            "Exit code 10 if it finds a problem; notices alone are none. Nothing is changed."
        })
final class Doctor implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;
    private final InstantSource clock;

    @Mixin
    private DocumentOutput output = new DocumentOutput();

    Doctor(Terminal terminal, Clients clients, Messages messages, InstantSource clock) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        DoctorFacts facts = clients.withAdmin(admin -> new DoctorReading(clients, clock).read(admin));
        List<DoctorFinding> findings = DoctorDiagnosis.of(facts);
        if (output.format() == DocumentFormat.JSON) {
            terminal.print(JsonText.document(json(findings)));
        } else {
            terminal.print(findings.stream().map(DoctorFinding::text).collect(Collectors.joining()));
        }
        long problems = findings.stream().filter(DoctorFinding::isProblem).count();
        messages.tell("looked at " + Quantity.count(facts.cluster().brokers().size(), "broker") + ", "
                + Quantity.count(facts.cluster().partitions(), "partition") + " and "
                + Quantity.count(facts.groups().size(), "group") + ": "
                + (problems == 0 ? "nothing is wrong" : Quantity.count(problems, "problem")));
        return problems == 0 ? ExitCode.DONE : ExitCode.PROBLEMS_FOUND;
    }

    private static JsonObject json(List<DoctorFinding> findings) {
        var array = new JsonArray();
        findings.forEach(finding -> array.add(finding.json()));
        var object = new JsonObject();
        object.add("findings", array);
        return object;
    }
}
