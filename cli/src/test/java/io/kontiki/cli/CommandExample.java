package io.kontiki.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command line as the documentation shows it, with the output if that is shown too.
 *
 * @param line as it is written, without comment
 * @param arguments without the name of the command
 * @param input the file that its standard input is read from
 * @param output the file that its standard output is written to
 * @param shown lines that it is said to print; empty if none are shown
 */
record CommandExample(
        String line, List<String> arguments, Optional<String> input, Optional<String> output, List<String> shown) {
    private static final String INDENT = "    ";
    private static final String PROMPT = "$ ";
    private static final String NAME = "kontiki ";
    private static final Pattern COMMENT = Pattern.compile("\\s+#.*");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
    /** Column names, and nothing else. */
    private static final Pattern HEADINGS = Pattern.compile(" *[A-Z][A-Z0-9.()/]*( +[A-Z0-9.()/]+)+ *");

    /** All of a page, in order: indented, the ones with output behind a prompt. */
    static List<CommandExample> of(String page) {
        List<CommandExample> all = new ArrayList<>();
        List<String> lines = page.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (lines.get(i).startsWith(INDENT + NAME)) {
                all.add(parse(line, List.of()));
            } else if (lines.get(i).startsWith(INDENT + PROMPT + NAME)) {
                all.add(parse(line.substring(PROMPT.length()), shownFrom(lines, i + 1)));
            }
        }
        return all;
    }

    private static List<String> shownFrom(List<String> lines, int begin) {
        List<String> shown = new ArrayList<>();
        for (String line : lines.subList(begin, lines.size())) {
            boolean isCommand = line.startsWith(INDENT + NAME) || line.startsWith(INDENT + PROMPT);
            if (isCommand || !line.isBlank() && !line.startsWith(INDENT)) {
                break;
            }
            if (!line.isBlank()) {
                shown.add(line.substring(INDENT.length()));
            }
        }
        return shown;
    }

    private static CommandExample parse(String text, List<String> shown) {
        String line = COMMENT.matcher(text).replaceFirst("");
        List<String> arguments = new ArrayList<>();
        Optional<String> input = Optional.empty();
        Optional<String> output = Optional.empty();
        Matcher words = WORD.matcher(line.substring(NAME.length()));
        while (words.find()) {
            switch (words.group()) {
                case "<" -> input = next(words);
                case ">" -> output = next(words);
                default -> arguments.add(word(words));
            }
        }
        return new CommandExample(line, List.copyOf(arguments), input, output, shown);
    }

    private static Optional<String> next(Matcher words) {
        if (!words.find()) {
            throw new IllegalArgumentException("a file is missing behind " + words);
        }
        return Optional.of(word(words));
    }

    private static String word(Matcher words) {
        for (int quoted = 1; quoted <= 2; quoted++) {
            if (words.group(quoted) != null) {
                return words.group(quoted);
            }
        }
        return words.group();
    }

    /** The lines of an output that name its columns, whatever their widths. */
    static List<String> headings(List<String> output) {
        return output.stream()
                .filter(HEADINGS.asMatchPredicate())
                .map(line -> line.strip().replaceAll(" +", " "))
                .toList();
    }
}
