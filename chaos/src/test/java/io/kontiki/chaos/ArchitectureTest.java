package io.kontiki.chaos;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.kontiki.chaos");

    @Test
    void checkerKnowsOnlyHistories() {
        classes()
                .that()
                .resideInAPackage("io.kontiki.chaos.check")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java.lang..", "java.util..", "io.kontiki.chaos.check", "io.kontiki.chaos.history")
                .check(CLASSES);
    }

    @Test
    void harnessKnowsTheProductAsItsUsersDo() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "com.google.gson..",
                        "picocli..",
                        "io.kontiki.chaos..",
                        "io.kontiki.client",
                        "io.kontiki.record",
                        "io.kontiki.localcluster",
                        "io.kontiki.faults")
                .check(CLASSES);
    }
}
