package io.kontiki.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Holds the direction of imports. */
class ArchitectureTest {
    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.kontiki.cli..");

    @Test
    void onlyTheServerCommandKnowsTheBroker() {
        noClasses()
                .that()
                .haveSimpleNameNotStartingWith("Server")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.kontiki.broker..")
                .allowEmptyShould(true)
                .check(classes);
    }

    @Test
    void nothingReachesBehindClientAndBroker() {
        noClasses()
                .that()
                .doNotHaveSimpleName("MetaOffline")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.grpc..",
                        "com.google.protobuf..",
                        "io.kontiki.proto..",
                        "io.kontiki.metadata..",
                        "io.kontiki.controller..",
                        "io.kontiki.quorum..",
                        "io.kontiki.replication..",
                        "io.kontiki.partition..",
                        "io.kontiki.service..",
                        "org.slf4j..",
                        "ch.qos.logback..")
                .check(classes);
    }

    /** {@code kontiki meta --offline} reads what a stopped broker left, and that is all that it may know. */
    @Test
    void offlineMetadataIsReadThroughTheTree() {
        noClasses()
                .that()
                .haveSimpleName("MetaOffline")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("io.kontiki.metadata..", "io.kontiki.quorum..", "io.kontiki.proto..")
                                .and(not(resideInAPackage("io.kontiki.metadata.tree")))
                                .and(not(simpleName("StoppedMetadata")))
                                .and(not(simpleName("VoterRunsException")))
                                .and(not(simpleName("DamagedMetadataException")))
                                .and(not(simpleName("MetadataImage")))
                                .and(not(simpleName("LogPosition"))))
                .check(classes);
    }

    /** {@code kontiki log} reads files; no other command has a log at hand. */
    @Test
    void onlyTheCommandsOnFilesReadLogs() {
        noClasses()
                .that()
                .haveSimpleNameNotStartingWith("Log")
                .and()
                .haveSimpleNameNotStartingWith("SegmentDump")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.kontiki.storage..", "io.kontiki.log..")
                .check(classes);
    }

    @Test
    void outputKnowsNoClient() {
        noClasses()
                .that()
                .resideInAPackage("io.kontiki.cli.output..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.kontiki.client..", "picocli..")
                .check(classes);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.kontiki.(**)").should().beFreeOfCycles().check(classes);
    }
}
