package io.kontiki.chaos.report;

import com.google.gson.GsonBuilder;
import io.kontiki.chaos.check.Checker;
import io.kontiki.chaos.check.Finding;
import io.kontiki.chaos.check.Verdict;
import io.kontiki.chaos.history.HistoryFile;
import io.kontiki.chaos.history.Operation.Busy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Judges the history in a directory and writes down beside it what came of it. */
public final class Report {
    private final String title;
    private final Verdict verdict;
    private final Timeline timeline;

    private Report(String title, Verdict verdict, Timeline timeline) {
        this.title = title;
        this.verdict = verdict;
        this.timeline = timeline;
    }

    /**
     * Writes {@code report.html}, {@code verdict.txt} and {@code verdict.json}.
     *
     * @param servingMax within this time after healing each partition must have taken a record
     */
    public static Report write(Path directory, String title, Duration servingMax) throws IOException {
        Checker checker = new Checker(servingMax.toNanos());
        Timeline timeline = new Timeline();
        HistoryFile.read(directory.resolve(HistoryFile.NAME), operation -> {
            checker.onOperation(operation);
            timeline.onOperation(operation);
        });
        Report report = new Report(title, checker.verdict(), timeline);
        Files.writeString(directory.resolve("verdict.txt"), report.text());
        Files.writeString(directory.resolve("verdict.json"), report.json());
        Files.writeString(directory.resolve("report.html"), report.html());
        return report;
    }

    public Verdict verdict() {
        return verdict;
    }

    /** For people. */
    public String text() {
        String figures = figures().entrySet().stream()
                .map(figure -> figure.getKey() + " " + figure.getValue())
                .collect(Collectors.joining(", "));
        String findings = verdict.findings().stream()
                .map(finding -> finding.anomaly() + ": " + finding.detail() + "\n")
                .collect(Collectors.joining());
        return title + "\n" + figures + "\n" + findings
                + (verdict.clean() ? "nothing is wrong\n" : "WRONG: " + verdict.counts() + "\n");
    }

    private Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>(verdict.tallies());
        List<Timeline.Gap> gaps = timeline.gaps();
        double longest =
                gaps.stream().mapToLong(gap -> gap.to() - gap.from()).max().orElse(0) / 1e9;
        figures.put("seconds", timeline.seconds());
        figures.put("gaps", gaps.size());
        figures.put("longest gap, s", String.format(Locale.ROOT, "%.2f", longest));
        figures.put("processors for brokers, %", percent(Busy::brokers));
        figures.put("for this harness, %", percent(Busy::harness));
        figures.put("for others, %", percent(Busy::others));
        return figures;
    }

    private long percent(ToDoubleFunction<Busy> whose) {
        return Math.round(
                100 * timeline.load().stream().mapToDouble(whose).average().orElse(0));
    }

    /** For programs. */
    public String json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("title", title);
        all.put("clean", verdict.clean());
        all.put("anomalies", verdict.counts());
        all.put("findings", verdict.findings());
        all.put("figures", figures());
        return new GsonBuilder()
                        .setPrettyPrinting()
                        .disableHtmlEscaping()
                        .create()
                        .toJson(all) + "\n";
    }

    private String html() {
        StringBuilder page = new StringBuilder("<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>")
                .append(Picture.escape(title))
                .append(
                        "</title><style>body{font-family:sans-serif;margin:2em}td,th{padding:.2em .8em;text-align:left}")
                .append(".wrong{color:#b00}</style></head><body><h1>")
                .append(Picture.escape(title))
                .append("</h1><p")
                .append(verdict.clean() ? ">Nothing is wrong." : " class='wrong'>Wrong: " + verdict.counts())
                .append("</p>")
                .append(new Picture(timeline).draw())
                .append("<p>Red: nothing was acknowledged. Point at anything to see what it is.</p>")
                .append("<table>");
        figures()
                .forEach((name, value) -> page.append("<tr><th>")
                        .append(name)
                        .append("</th><td>")
                        .append(value)
                        .append("</td></tr>"));
        page.append("</table><ul>");
        for (Finding finding : verdict.findings()) {
            page.append("<li class='wrong'>")
                    .append(finding.anomaly())
                    .append(": ")
                    .append(Picture.escape(finding.detail()))
                    .append("</li>");
        }
        return page.append("</ul></body></html>\n").toString();
    }
}
