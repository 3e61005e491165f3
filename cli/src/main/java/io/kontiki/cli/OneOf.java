package io.kontiki.cli;

import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** One of a few words on the command line; each value's {@code toString} is its word. */
final class OneOf<E extends Enum<E>> implements ITypeConverter<E> {
    private final E[] values;

    OneOf(Class<E> type) {
        this.values = type.getEnumConstants();
    }

    @Override
    public E convert(String text) {
        return Arrays.stream(values)
                .filter(value -> value.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of " + words()));
    }

    private String words() {
        return Arrays.stream(values).map(Enum::toString).collect(Collectors.joining(", "));
    }
}
