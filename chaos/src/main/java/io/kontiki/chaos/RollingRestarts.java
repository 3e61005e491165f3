package io.kontiki.chaos;

import io.kontiki.chaos.fault.Schedule;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "rolling-restarts",
        description = "Restarts each broker in turn, over and over, under load; no patient producer may see an error.")
final class RollingRestarts implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Option(names = "--rounds", defaultValue = "5", description = "how often each broker is restarted (default 5)")
    private int rounds;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> lines = Stream.concat(
                        Stream.of("set errors none"),
                        IntStream.range(0, rounds).mapToObj(round -> "at 3 for 0 rolling-restart broker:1"))
                .toList();
        return main.run(rounds + " rolling restarts", Schedule.parse(lines));
    }
}
