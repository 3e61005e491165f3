package io.kontiki.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class DependencyRulesTest {
    private static final JavaClasses CLIENT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.kontiki.client");

    @Test
    void clientDependsOnContractsRecordsAndGrpcOnly() {
        classes()
                .that()
                .resideInAPackage("io.kontiki.client..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.kontiki.client..",
                        "io.kontiki.record..",
                        "io.kontiki.proto",
                        "io.kontiki.proto.v1..",
                        "io.grpc..",
                        "com.google.protobuf..",
                        "com.google.rpc..",
                        "java..")
                .check(CLIENT);
    }

    @Test
    void decisionsAreFreeOfGrpc() {
        classes()
                .that()
                .haveSimpleName("PartitionSender")
                .or()
                .haveSimpleName("PartitionFetcher")
                .or()
                .haveSimpleName("PartitionBuffer")
                .or()
                .haveSimpleName("BatchReader")
                .or()
                .haveSimpleName("ClusterMetadata")
                .or()
                .haveSimpleName("Membership")
                .or()
                .haveSimpleName("MemberLink")
                .or()
                .haveSimpleName("AutoCommit")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage("io.grpc..")
                .check(CLIENT);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.kontiki.client.(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(CLIENT);
    }
}
