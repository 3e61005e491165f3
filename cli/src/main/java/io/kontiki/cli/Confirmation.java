package io.kontiki.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Asks before something that cannot be undone: whoever means it types the name of what it is done to. */
final class Confirmation {
    private static final int MAX_ANSWER_BYTES = 1024;

    private final Terminal terminal;

    Confirmation(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * @param effect what will be done, as a sentence
     * @param refusal as in "not deleting topic t"
     * @throws Failure if the answer is another one, or if nobody can be asked
     */
    void ask(String name, String effect, String refusal) throws IOException {
        if (!terminal.inIsTerminal()) {
            throw new Failure(
                    ExitCode.USAGE, refusal + ": this is not confirmed, and nobody can be asked", "Add --yes.");
        }
        terminal.err().print(effect + " To go on, type its name: ");
        terminal.err().flush();
        String answer = new LineReader(terminal.in(), MAX_ANSWER_BYTES)
                .next()
                .map(line -> new String(line, StandardCharsets.UTF_8).strip())
                .orElse("");
        if (!answer.equals(name)) {
            throw new Failure(ExitCode.FAILED, "the names differ: nothing done", "");
        }
    }
}
