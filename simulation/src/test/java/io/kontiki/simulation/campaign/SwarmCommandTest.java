package io.kontiki.simulation.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kontiki.simulation.Simulation;
import io.kontiki.simulation.SimulationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

class SwarmCommandTest {
    @TempDir
    private Path directory;

    /** Lets {@code simulation/run swarm} run a campaign; its arguments are in {@code -Dsim.swarm}. */
    @Test
    @EnabledIfSystemProperty(named = "sim.swarm", matches = ".+")
    void allSeedsKeepThePromises() throws InterruptedException {
        SwarmOptions options =
                SwarmOptions.parse(System.getProperty("sim.swarm").trim().split(" +"));
        assertThat(new SwarmCommand(options, Path.of("target")).run()).isTrue();
    }

    @Test
    void seedsThatFailAreKeptAndTheOthersRun() throws InterruptedException, IOException {
        SwarmOptions options = SwarmOptions.parse("--seeds", "3", "--seed", "5", "--simulated-seconds", "1");
        Campaign campaign = new Campaign(5, 1_000, System::nanoTime, seed -> {
            if (seed == 6) {
                throw new OutOfMemoryError("no room");
            }
            return new Simulation(seed, SimulationOptions.drawn(seed, 1_000));
        });

        assertThat(new SwarmCommand(options, directory, campaign).run()).isFalse();

        assertThat(campaign.seeds()).isEqualTo(3);
        assertThat(campaign.runs()).isEqualTo(2);
        assertThat(directory.resolve("failing-seeds.txt"))
                .content()
                .startsWith("--seed 6 --simulated-seconds 1\njava.lang.OutOfMemoryError: no room\n")
                .contains("--seed 6 --simulated-seconds 1 with these faults alone: nothing\n");
        assertThat(directory.resolve("swarm-summary.txt"))
                .content()
                .startsWith("swarm FAILED")
                .contains("3 seeds of 1 s", "all below --seed 8 have ended")
                .endsWith("failed: --seed 6 --simulated-seconds 1: java.lang.OutOfMemoryError: no room\n");
    }

    @Test
    void swarmThatEndsWellSaysSo() throws InterruptedException, IOException {
        SwarmOptions options = SwarmOptions.parse("--seeds", "1", "--simulated-seconds", "1");

        assertThat(new SwarmCommand(options, directory).run()).isTrue();

        assertThat(directory.resolve("swarm-summary.txt")).content().startsWith("swarm ended well");
        assertThat(Files.exists(directory.resolve("failing-seeds.txt"))).isFalse();
    }

    @Test
    void progressTellsWhatIsLeft() throws InterruptedException {
        Campaign campaign =
                new Campaign(1, 0, System::nanoTime, seed -> new Simulation(seed, SimulationOptions.drawn(seed, 0)));
        campaign.run(1, () -> campaign.seeds() < 2, failure -> {});

        assertThat(SwarmCommand.progress(SwarmOptions.parse("--seeds", "10"), campaign, 4.0))
                .isEqualTo("4 s: 2 seeds, 0 failed, 0.50 seeds in a second, 16 s left; all below --seed 3 have ended");
        assertThat(SwarmCommand.progress(SwarmOptions.parse("--minutes", "1"), campaign, 4.0))
                .contains("56 s left");
        assertThat(SwarmCommand.progress(SwarmOptions.parse("--forever"), campaign, 4.0))
                .doesNotContain("left");
    }

    @Test
    void argumentsAreSeedsTimesAndThreads() {
        assertThat(SwarmOptions.parse(
                        "--minutes", "3", "--seed", "100000", "--threads", "2", "--simulated-seconds", "60"))
                .isEqualTo(new SwarmOptions(SwarmOptions.NO_END, 3, 100_000, 60, 2));
        assertThat(SwarmOptions.parse("--forever").seeds()).isEqualTo(SwarmOptions.NO_END);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SwarmOptions.parse("--seeds"))
                .withMessageContaining("--seeds wants a number");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SwarmOptions.parse("--seeds", "0"))
                .withMessageContaining("not \"0\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SwarmOptions.parse("--hours", "1"))
                .withMessage("there is no --hours");
    }
}
