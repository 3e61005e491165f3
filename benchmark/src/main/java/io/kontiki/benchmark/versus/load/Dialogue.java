package io.kontiki.benchmark.versus.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What a load process and the one that started it say to each other, in lines: {@code at STEP key=value ...} when the load has
 * come somewhere, and it goes on when it gets a line; {@code ... TEXT} tells how far it is. Belongs to one thread.
 */
final class Dialogue {
    private final BufferedReader in;
    private final PrintStream out;

    Dialogue(InputStream in, PrintStream out) {
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.out = out;
    }

    /** Says so and waits for the go; ends this process if the other one is gone. */
    void step(String name, Parameters facts) throws IOException {
        out.println(("at " + name + " " + String.join(" ", facts.arguments())).strip());
        out.flush();
        if (in.readLine() == null) {
            throw new IOException("whoever started this load is gone");
        }
    }

    void step(String name) throws IOException {
        step(name, Parameters.of());
    }

    void progress(String text) {
        out.println("... " + text);
        out.flush();
    }
}
