package io.kontiki.chaos;

import io.kontiki.faults.Tools;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "power-cuts",
        description =
                "Cuts the power of the brokers' disks under load, over and over; skipped where no file system can be made.")
final class PowerCuts implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Option(names = "--cuts", defaultValue = "20", description = "how often (default 20)")
    private int cuts;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<String> obstacle = Tools.fileSystemsObstacle();
        if (obstacle.isPresent()) {
            System.out.println("skipped: " + obstacle.get());
            return 0;
        }
        String title = cuts + (cuts == 1 ? " power cut, seed " : " power cuts, seed ") + main.seed();
        return main.run(title, main.layoutWithDisks(), new PowerCutAssault(cuts, main.seed(), main.servingMax()));
    }
}
