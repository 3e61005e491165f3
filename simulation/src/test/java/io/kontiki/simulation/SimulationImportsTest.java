package io.kontiki.simulation;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.kontiki.client.MembershipProbe;
import java.util.Timer;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadPoolExecutor;
import org.junit.jupiter.api.Test;

/** A run is determined by its seed alone. */
class SimulationImportsTest {
    private final JavaClasses simulation = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.kontiki.simulation");

    @Test
    void startsNoThreadAndKnowsNoRealTime() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kontiki.simulation.campaign..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.kontiki.storage.file..",
                        "io.kontiki.service..",
                        "io.kontiki.quorum.ratis..",
                        "io.kontiki.broker..",
                        "io.grpc..",
                        "org.apache.ratis..",
                        "java.io..",
                        "java.nio.file..",
                        "java.net..",
                        "java.util.concurrent.locks..")
                .orShould()
                .dependOnClassesThat(
                        resideInAPackage("io.kontiki.client..").and(not(belongTo(equivalentTo(MembershipProbe.class)))))
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(Thread.class, Executors.class, ThreadPoolExecutor.class, ForkJoinPool.class, Timer.class)
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
