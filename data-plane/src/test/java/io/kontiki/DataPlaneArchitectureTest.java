package io.kontiki;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The map of the data plane's packages: arrows point one way, and what touches the outside is one package each. */
class DataPlaneArchitectureTest {
    private static final String JDK = "java..";
    private static final String LOGGING = "org.slf4j..";

    private static JavaClasses ours;

    @BeforeAll
    static void readClasses() {
        ours = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .withImportOption(new ImportOption.DoNotIncludeJars())
                .importPackages(
                        "io.kontiki.storage",
                        "io.kontiki.log",
                        "io.kontiki.replication",
                        "io.kontiki.measure",
                        "io.kontiki.partition",
                        "io.kontiki.group",
                        "io.kontiki.service");
    }

    @Test
    void storageNeedsTheJdkOnly() {
        onlyNeeds("io.kontiki.storage..", "io.kontiki.storage..", JDK, LOGGING);
    }

    @Test
    void logNeedsStorageAndRecords() {
        onlyNeeds("io.kontiki.log..", "io.kontiki.log..", "io.kontiki.storage", "io.kontiki.record", JDK, LOGGING);
    }

    @Test
    void replicationNeedsMetadataValuesOnly() {
        onlyNeeds(
                "io.kontiki.replication..",
                "io.kontiki.replication..",
                "io.kontiki.metadata",
                "java.lang..",
                "java.util..",
                "java.time");
    }

    @Test
    void replicationReadsNoClock() {
        readsNoClock("io.kontiki.replication..");
    }

    @Test
    void groupNeedsMetadataValuesAndMessagesOnly() {
        onlyNeeds(
                "io.kontiki.group..",
                "io.kontiki.group..",
                "io.kontiki.metadata",
                "io.kontiki.proto..",
                "com.google.protobuf..",
                "com.google.re2j..",
                "org.pcollections..",
                "java.lang..",
                "java.util..");
    }

    @Test
    void groupReadsNoClock() {
        readsNoClock("io.kontiki.group..");
        readsNoClock("io.kontiki.measure..");
    }

    @Test
    void partitionKnowsNeitherServicesNorGrpc() {
        noClasses()
                .that()
                .resideInAPackage("io.kontiki.partition..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.kontiki.service..", "io.kontiki.storage.file..", "io.grpc..")
                .check(ours);
    }

    @Test
    void onlyStorageFileTouchesFiles() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kontiki.storage.file..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.nio.channels..")
                .check(ours);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.kontiki.(**)").should().beFreeOfCycles().check(ours);
    }

    private static void onlyNeeds(String who, String... what) {
        classes()
                .that()
                .resideInAPackage(who)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(what)
                .check(ours);
    }

    private static void readsNoClock(String who) {
        noClasses()
                .that()
                .resideInAPackage(who)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .check(ours);
    }
}
