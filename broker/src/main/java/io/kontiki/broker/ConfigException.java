package io.kontiki.broker;

import java.util.List;

/** The configuration is refused. Every problem found is named, with key, value and limits, so that one start shows all. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** One sentence each; at least one. */
    public List<String> problems() {
        return problems;
    }
}
