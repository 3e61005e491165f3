package io.kontiki.benchmark.versus.load;

import java.io.IOException;

/** Another work, done through the thin tier. */
final class ThinWork implements Work {
    private final Work work;

    ThinWork(Work work) {
        this.work = work;
    }

    @Override
    public void run(SystemClient client, Parameters parameters, Dialogue dialogue) throws IOException {
        int recordBytes = ProduceWork.recordBytes(parameters);
        try (SystemClient thin = new ThinClient(client, parameters.text("bootstrap"), recordBytes)) {
            work.run(thin, parameters, dialogue);
        }
    }
}
