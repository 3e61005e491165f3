package io.kontiki.cli;

import io.kontiki.client.Acks;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The acknowledgement on the command line, by Kafka's words: {@code 0}, {@code 1} or {@code all}. */
final class AcksText implements ITypeConverter<Acks> {
    @Override
    public Acks convert(String text) {
        return switch (text) {
            case "0" -> Acks.NONE;
            case "1" -> Acks.LEADER;
            case "all" -> Acks.ALL;
            default -> throw new TypeConversionException("'" + text + "' is none of 0, 1, all");
        };
    }

    /** As it is typed. */
    static String of(Acks acks) {
        return switch (acks) {
            case NONE -> "0";
            case LEADER -> "1";
            case ALL -> "all";
        };
    }
}
