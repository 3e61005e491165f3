package io.kontiki.cli;

import io.kontiki.client.Compression;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How batches are packed, on the command line: {@code none}, {@code gzip}, {@code snappy}, {@code lz4} or {@code zstd}. */
final class CodecText implements ITypeConverter<Compression> {
    @Override
    public Compression convert(String text) {
        return Arrays.stream(Compression.values())
                .filter(codec -> of(codec).equals(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of "
                        + Arrays.stream(Compression.values()).map(CodecText::of).collect(Collectors.joining(", "))));
    }

    /** As it is typed. */
    static String of(Compression codec) {
        return codec.name().toLowerCase(Locale.ROOT);
    }
}
