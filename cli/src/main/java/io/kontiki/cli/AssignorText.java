package io.kontiki.cli;

import io.kontiki.client.Assignor;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The way of spreading partitions on the command line: {@code range}, {@code round-robin} or {@code sticky}. */
final class AssignorText implements ITypeConverter<Assignor> {
    @Override
    public Assignor convert(String text) {
        for (Assignor assignor : Assignor.values()) {
            if (of(assignor).equals(text)) {
                return assignor;
            }
        }
        throw new TypeConversionException("'" + text + "' is none of range, round-robin, sticky");
    }

    /** As it is typed. */
    static String of(Assignor assignor) {
        return assignor.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
