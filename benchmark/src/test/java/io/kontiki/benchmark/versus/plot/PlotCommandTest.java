package io.kontiki.benchmark.versus.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlotCommandTest {
    @TempDir
    private Path directory;

    private String file(String name, String parameters, String runs) throws IOException {
        String figure = "{\"name\": \"MB/s\", \"better\": \"more\", " + runs + ", \"ratios\": {}}";
        String comparison =
                "{\"scenario\": \"produce\", \"parameters\": {" + parameters + "}, \"figures\": [" + figure + "]}";
        return Files.writeString(directory.resolve(name), "{\"comparisons\": [" + comparison + "]}")
                .toString();
    }

    private List<Bars> rows(String... files) throws IOException {
        ComparisonFiles all = new ComparisonFiles();
        for (String file : files) {
            all.add(Path.of(file));
        }
        return all.plots().get(0).rows();
    }

    @Test
    void partsOfOneComparisonCountTogether() throws Exception {
        String ours = file("1.json", "\"rf\": \"3\"", "\"kontiki\": {\"runs\": [5, 1]}");
        String theirs = file("2.json", "\"rf\": \"3\"", "\"kafka\": {\"runs\": [2]}");
        String more = file("3.json", "\"rf\": \"3\"", "\"kontiki\": {\"runs\": [9]}");
        Bars row = rows(ours, theirs, more).get(0);
        assertThat(row.label()).isEqualTo("produce rf=3");
        assertThat(row.contenders()).containsExactly("kafka", "kontiki");
        assertThat(row.byContender().get("kontiki").all()).containsExactly(5.0, 1.0, 9.0);
        assertThat(row.byContender().get("kafka").all()).containsExactly(2.0);
    }

    @Test
    void otherParametersAreAnotherRow() throws Exception {
        String one = file("1.json", "\"rf\": \"1\"", "\"kontiki\": {\"runs\": [5]}");
        String three = file("2.json", "\"rf\": \"3\"", "\"kontiki\": {\"runs\": [4]}");
        assertThat(rows(one, three)).extracting(Bars::label).containsExactly("produce", "produce rf=3");
        assertThat(rows(one, three)).allMatch(row -> row.contenders().equals(List.of("kontiki")));
    }

    @Test
    void eachFigureIsAFile() throws Exception {
        String one = file("1.json", "", "\"kontiki\": {\"runs\": [5]}");
        String target = directory.resolve("plots").toString();
        assertThat(PlotCommand.draw(List.of(target, one, "--figure", "MB/s")))
                .containsExactly(Path.of(target, "mb-per-s.svg"))
                .allSatisfy(file -> assertThat(file).content().contains("<svg", "</svg>", "5.00"));
    }

    @Test
    void whatMeansNothingIsTold() throws Exception {
        String one = file("1.json", "", "\"kontiki\": {\"runs\": [5]}");
        String other =
                Files.writeString(directory.resolve("2.json"), "{\"rows\": []}").toString();
        assertThatThrownBy(() -> PlotCommand.draw(List.of("plots"))).hasMessageContaining("DIR FILE.json");
        assertThatThrownBy(() -> PlotCommand.draw(List.of("plots", one, "--figure", "ms")))
                .hasMessageContaining("'ms'")
                .hasMessageContaining("MB/s");
        assertThatThrownBy(() -> PlotCommand.draw(List.of("plots", one, "--figures")))
                .hasMessageContaining("--figures");
        assertThatThrownBy(() -> PlotCommand.draw(List.of("plots", other))).hasMessageContaining("2.json");
    }
}
