package io.kontiki.benchmark.versus.load;

import java.io.IOException;

/** What a load process does. */
interface Work {
    /** @throws IllegalStateException if the cluster lost, changed or repeated a record */
    void run(SystemClient client, Parameters parameters, Dialogue dialogue) throws IOException;
}
