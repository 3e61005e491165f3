package io.kontiki.record;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    /** The shapes that codecs have; here they stand for memory. */
    private static final Class<?>[] STREAMS = {
        InputStream.class,
        OutputStream.class,
        Closeable.class,
        IOException.class,
        EOFException.class,
        UncheckedIOException.class
    };

    private final JavaClasses ours = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.kontiki.record");

    @Test
    void needsTheJdkAndTheCodecsOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.kontiki.record", "java..", "com.github.luben.zstd", "net.jpountz..", "org.xerial.snappy")
                .check(ours);
    }

    @Test
    void doesNoInputOrOutput() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackages("java.nio.file..", "java.nio.channels..", "java.net..")
                .andShould()
                .onlyDependOnClassesThat(resideOutsideOfPackage("java.io..").or(belongToAnyOf(STREAMS)))
                .check(ours);
    }
}
