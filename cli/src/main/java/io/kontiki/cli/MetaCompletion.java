package io.kontiki.cli;

import io.kontiki.client.KontikiException;
import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Completes commands, and paths by the names that are there. */
final class MetaCompletion implements Completer {
    /** More than anybody reads. */
    private static final int NAMES_MAX = 1_000;

    private final MetaSession session;
    private final List<String> commands;

    MetaCompletion(MetaSession session, List<String> commands) {
        this.session = session;
        this.commands = commands;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        String typed = line.word().substring(0, line.wordCursor());
        if (line.wordIndex() == 0) {
            commands.forEach(command -> candidates.add(new Candidate(command)));
        } else if (!typed.startsWith("-")) {
            candidates.addAll(paths(typed));
        }
    }

    /** What may follow; nothing where the path so far does not exist, or nobody answers. */
    private List<Candidate> paths(String typed) {
        String parent = typed.substring(0, typed.lastIndexOf('/') + 1);
        String prefix = typed.substring(parent.length());
        var found = new ArrayList<Candidate>();
        try {
            session.with(source -> {
                source.visit(session.path(parent), 1, false, node -> {
                    String name = MetaPath.name(node.path());
                    if (name.startsWith(prefix)) {
                        found.add(candidate(parent, name, node.children() > 0));
                    }
                    return found.size() < NAMES_MAX;
                });
                return ExitCode.DONE;
            });
        } catch (KontikiException | Failure e) {
            // Whoever runs the line is told.
        }
        return found;
    }

    /** Where there is more below, one goes on typing. */
    private static Candidate candidate(String parent, String name, boolean more) {
        return new Candidate(parent + name + (more ? "/" : ""), name, null, null, null, null, !more);
    }
}
