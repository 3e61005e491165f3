package io.kontiki.thin;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class DependencyRulesTest {
    private static final JavaClasses THIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.kontiki.thin");

    @Test
    void thinTierIsAClientOfTheClusterAndNothingElse() {
        classes()
                .that()
                .resideInAPackage("io.kontiki.thin..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.kontiki.thin..",
                        "io.kontiki.client..",
                        "io.kontiki.proto.v1..",
                        "io.grpc..",
                        "com.google.protobuf..",
                        "java..")
                .check(THIN);
    }

    @Test
    void fewTypesAreSeenFromOutside() {
        classes()
                .that()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .should()
                .haveNameMatching(".*\\.(ThinTier|ThinSettings|TopicShapes|WireErrors)")
                .check(THIN);
    }

    @Test
    void whatDecidesIsFreeOfGrpc() {
        classes()
                .that()
                .haveNameMatching(
                        ".*\\.(PublishRecords|Publisher|PublishBudget|TasksInOrder|ClientErrors|ConsumeStart|ConsumeFields"
                                + "|Deliveries|PendingRecords|StreamCommits)")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage("io.grpc..")
                .check(THIN);
    }
}
