package io.kontiki;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The direction of imports in this module (docs/architecture.md), and the purity of its cores. */
class ModuleRulesTest {
    private static final String METADATA = "io.kontiki.metadata";
    private static final String COMMAND = "io.kontiki.metadata.command";
    private static final String TREE = "io.kontiki.metadata.tree";
    private static final String JSON = "io.kontiki.json";
    private static final String CONTROLLER = "io.kontiki.controller";
    private static final String QUORUM = "io.kontiki.quorum..";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(JSON, "io.kontiki.metadata", "io.kontiki.controller", "io.kontiki.quorum");

    @Test
    void jsonKnowsNothingOfOurs() {
        check(classes()
                .that()
                .resideInAPackage(JSON)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(JSON, "java.."));
    }

    @Test
    void metadataImportsNothingElseOfOurs() {
        check(noClasses()
                .that()
                .resideInAPackage(METADATA)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(COMMAND, TREE, JSON, CONTROLLER, QUORUM));
    }

    @Test
    void treeImportsMetadataOnly() {
        check(noClasses()
                .that()
                .resideInAPackage(TREE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(COMMAND, CONTROLLER, QUORUM, "io.kontiki.proto..", "com.google.protobuf.."));
    }

    @Test
    void commandsImportMetadataOnly() {
        check(noClasses()
                .that()
                .resideInAPackage(COMMAND)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CONTROLLER, QUORUM));
    }

    @Test
    void controllerDoesNotKnowTheQuorum() {
        check(noClasses()
                .that()
                .resideInAPackage(CONTROLLER)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(QUORUM));
    }

    @Test
    void onlyTheRatisAdapterImportsRatis() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.kontiki.quorum.ratis..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.ratis.."));
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.kontiki.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void coresDoNoInputOrOutput() {
        check(noClasses()
                .that()
                .resideInAnyPackage(METADATA, COMMAND, TREE, JSON, CONTROLLER)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("java.io..", "java.nio.file..", "java.nio.channels..", "java.net..")
                                // What protobuf declares to throw, also where it writes to an array.
                                .and(com.tngtech.archunit.base.DescribedPredicate.not(type(IOException.class)))));
    }

    @Test
    void coresReadNoClockStartNoThreadAndDrawNoSeed() {
        check(noClasses()
                .that()
                .resideInAnyPackage(METADATA, COMMAND, TREE, JSON, CONTROLLER)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.util.UUID.class, "randomUUID")
                .orShould()
                .dependOnClassesThat(type(Thread.class)
                        .or(type(java.util.Random.class))
                        .or(type(java.time.Clock.class))
                        .or(type(java.time.Instant.class))
                        .or(type(java.util.concurrent.ThreadLocalRandom.class))
                        .or(resideInAPackage("java.util.concurrent.locks.."))
                        .or(type(java.util.concurrent.Executor.class))));
    }

    private static void check(ArchRule rule) {
        // Others fill io.kontiki.quorum; a rule about a package holds also while that is empty.
        rule.allowEmptyShould(true).check(CLASSES);
    }
}
