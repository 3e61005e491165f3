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
    void httpAndMetricsKnowNothingOfBrokers() {
        classes()
                .that()
                .resideInAPackage("io.kontiki.broker.http")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.kontiki.broker.http", "java..", "com.sun.net.httpserver", "org.slf4j")
                .check(CLASSES);
        classes()
                .that()
                .resideInAPackage("io.kontiki.broker.logging")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.kontiki.broker.logging", "io.kontiki.json", "java..", "ch.qos.logback..", "org.slf4j..")
                .check(CLASSES);
        classes()
                .that()
                .resideInAPackage("io.kontiki.broker.metrics")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.kontiki.broker.metrics", "java..", "io.micrometer..", "io.prometheus..", "org.slf4j")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kontiki.broker.metrics")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.prometheus..", "io.micrometer.prometheusmetrics..")
                .check(CLASSES);
    }

    @Test
    void brokerHasFewPublicTypes() {
        classes()
                .that()
                .resideInAPackage("io.kontiki.broker..")
                .should()
                .resideInAnyPackage(
                        "io.kontiki.broker",
                        "io.kontiki.broker.http",
                        "io.kontiki.broker.logging",
                        "io.kontiki.broker.metrics")
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
