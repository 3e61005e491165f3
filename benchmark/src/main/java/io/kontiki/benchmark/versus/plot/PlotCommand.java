package io.kontiki.benchmark.versus.plot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** {@code benchmark/run plot DIR FILE.json... [--figure NAME]...}: an SVG of each figure, or of those that are named. */
public final class PlotCommand {
    private PlotCommand() {}

    /** @return the exit code: 0 if all is drawn, 2 if the words or files mean nothing */
    public static int run(List<String> words) {
        try {
            draw(words).forEach(System.out::println);
            return 0;
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("benchmark/run plot: " + e.getMessage());
            return 2;
        }
    }

    /** Returns the files that it has written. */
    static List<Path> draw(List<String> words) throws IOException {
        List<String> figures = new ArrayList<>();
        List<Path> paths = new ArrayList<>();
        for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) {
            String word = rest.next();
            if (!word.startsWith("--")) {
                paths.add(Path.of(word));
            } else if (word.equals("--figure") && rest.hasNext()) {
                figures.add(rest.next());
            } else {
                throw new IllegalArgumentException("'" + word + "' means nothing; there is --figure NAME");
            }
        }
        if (paths.size() < 2) {
            throw new IllegalArgumentException("wanted: DIR FILE.json... [--figure NAME]...");
        }
        ComparisonFiles files = new ComparisonFiles();
        for (Path file : paths.subList(1, paths.size())) {
            files.add(file);
        }
        return write(chosen(files.plots(), figures), paths.get(0));
    }

    private static List<Plot> chosen(List<Plot> plots, List<String> figures) {
        List<String> there = plots.stream().map(Plot::figure).toList();
        for (String figure : figures) {
            if (!there.contains(figure)) {
                throw new IllegalArgumentException(
                        "--figure is '" + figure + "'; the files have '" + String.join("', '", there) + "'");
            }
        }
        return plots.stream()
                .filter(plot -> figures.isEmpty() || figures.contains(plot.figure()))
                .toList();
    }

    private static List<Path> write(List<Plot> plots, Path directory) throws IOException {
        Files.createDirectories(directory);
        List<Path> written = new ArrayList<>();
        for (Plot plot : plots) {
            Path file = directory.resolve(plot.fileName());
            written.add(Files.writeString(file, new BarChart(plot).text(), StandardCharsets.UTF_8));
        }
        return written;
    }
}
