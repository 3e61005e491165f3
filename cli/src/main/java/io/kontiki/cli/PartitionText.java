package io.kontiki.cli;

import io.kontiki.client.TopicPartition;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A partition on the command line: {@code TOPIC:PARTITION}. */
final class PartitionText implements ITypeConverter<TopicPartition> {
    private static final Pattern FORM = Pattern.compile("([^:=]{1,249}):([0-9]{1,5})");

    @Override
    public TopicPartition convert(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new TypeConversionException("'" + text + "' is no partition such as orders:0");
        }
        return new TopicPartition(parts.group(1), Integer.parseInt(parts.group(2)));
    }

    /** As it is typed. */
    static String of(TopicPartition partition) {
        return partition.topic() + ":" + partition.partition();
    }
}
