package io.kontiki.broker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.kontiki");

    @Test
    void nobodyDependsOnTheBroker() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kontiki.broker..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.kontiki.broker..")
                .check(CLASSES);
    }

    @Test
    void brokerKnowsNeitherRatisNorClient() {
        noClasses()
                .that()
                .resideInAPackage("io.kontiki.broker..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.ratis..", "io.kontiki.client..", "io.kontiki.cli..")
                .check(CLASSES);
    }

    @Test
    void brokerIsOnePackageOfFewPublicTypes() {
        classes()
                .that()
                .resideInAPackage("io.kontiki.broker..")
                .should()
                .resideInAPackage("io.kontiki.broker")
                .check(CLASSES);
        classes()
                .that()
                .resideInAPackage("io.kontiki.broker")
                .and()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .should()
                .haveNameMatching(
                        ".*\\.(Broker|BrokerConfig|ConfigDocs|ConfigSources|ConfigException|BrokerStartException|DataDirectoryException"
                                + "|ListenAddress|Voter|MillisRange|Identity|Version)")
                .check(CLASSES);
    }

    @Test
    void processEndsInOnePlaceOnly() {
        noClasses()
                .that()
                .resideInAPackage("io.kontiki..")
                .and()
                .resideOutsideOfPackage("io.kontiki.cli..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(CLASSES);
    }
}
