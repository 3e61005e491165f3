package io.kontiki.faults;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** One cluster for all tests of a class; each leaves it well, as the doctor sees it. */
abstract class DoctorCluster {
    static PlantedFaults faults;

    @BeforeAll
    static void start() throws IOException {
        faults = new PlantedFaults();
    }

    @AfterAll
    static void stop() throws IOException {
        if (faults != null) {
            faults.close();
            faults = null;
        }
    }

    @AfterEach
    void isWellAgain() throws IOException, InterruptedException {
        faults.clear();
        faults.doctor().await();
    }
}
