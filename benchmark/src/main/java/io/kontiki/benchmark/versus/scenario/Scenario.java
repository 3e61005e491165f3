package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.load.Parameters;
import java.util.List;

/** Something that is measured. Without state. */
public interface Scenario {
    String name();

    /** One line for who chooses among them. */
    String meaning();

    /** All its parameters with their defaults. */
    Parameters defaults();

    /** Who takes turns; the last is set in relation to each of the others. Each tells the same figures, where they mean something. */
    List<Contender> contenders();
}
