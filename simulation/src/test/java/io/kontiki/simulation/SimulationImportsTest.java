package io.kontiki.simulation;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** A run is determined by its seed alone. */
class SimulationImportsTest {
    private final JavaClasses simulation = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.kontiki.simulation");

    @Test
    void simulatesPureCoresOnly() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.kontiki.storage.file..",
                        "io.kontiki.partition..",
                        "io.kontiki.service..",
                        "io.kontiki.quorum..",
                        "io.kontiki.client..",
                        "io.kontiki.broker..",
                        "io.grpc..",
                        "org.apache.ratis..",
                        "java.io..",
                        "java.nio.file..",
                        "java.net..",
                        "java.util.concurrent..")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.util.UUID.class, "randomUUID")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callConstructor(java.util.Random.class)
                .check(simulation);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.kontiki.(**)").should().beFreeOfCycles().check(simulation);
    }
}
