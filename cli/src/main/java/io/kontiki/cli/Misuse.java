package io.kontiki.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns a command line that picocli does not understand into the two lines of a failure. */
final class Misuse {
    private Misuse() {}

    static Failure of(ParameterException refused) {
        CommandSpec command = refused.getCommandLine().getCommandSpec();
        String help = "See: " + command.qualifiedName() + " --help";
        if (!(refused instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return new Failure(ExitCode.USAGE, what(refused.getMessage()), help, refused);
        }
        List<String> similar = unmatched.getSuggestions();
        String advice = similar.isEmpty() ? help : "Did you mean " + String.join(" or ", similar) + "? " + help;
        return new Failure(ExitCode.USAGE, what(unmatched.getUnmatched().get(0), command), advice, refused);
    }

    /**
     * @param name of the option or parameter
     * @throws ParameterException that names it, the value and the limit
     */
    static void requireAtLeast(long limit, long value, String name, CommandSpec command) {
        if (value < limit) {
            throw new ParameterException(
                    command.commandLine(), "Invalid value for " + name + ": " + value + " is below " + limit);
        }
    }

    private static String what(String argument, CommandSpec command) {
        if (argument.startsWith("-")) {
            return "unknown option '" + argument + "'";
        }
        return (command.subcommands().isEmpty() ? "unexpected argument '" : "unknown command '") + argument + "'";
    }

    private static String what(String picocliMessage) {
        String line = picocliMessage
                .strip()
                .replaceAll("\\s*\\R\\s*", "; ")
                .replace("option option", "option")
                .replaceAll("positional parameter at index \\S+ \\((\\S+)\\)", "$1")
                .replaceAll("is not an? (int|long)$", "is not a whole number");
        return line.isEmpty() ? line : Character.toLowerCase(line.charAt(0)) + line.substring(1);
    }
}
