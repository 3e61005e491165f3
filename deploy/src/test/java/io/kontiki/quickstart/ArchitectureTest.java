package io.kontiki.quickstart;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void quickstartKnowsTheProductAsItsUsersDo() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.kontiki.quickstart", "io.kontiki.localcluster");

        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "io.kontiki.quickstart",
                        "io.kontiki.localcluster",
                        "io.kontiki.client",
                        "io.kontiki.cli.output")
                .check(classes);
    }
}
