package io.kontiki.cli;

import io.kontiki.client.TopicPartition;
import java.util.Collection;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A topic on the command line, or some of its partitions: {@code orders}, {@code orders:0} or {@code orders:0,3,5-7}.
 *
 * @param partitions empty for all
 */
record TopicChoice(String topic, Optional<PartitionNumbers> partitions) {

    boolean includes(TopicPartition partition) {
        return topic.equals(partition.topic())
                && partitions
                        .map(some -> some.numbers().contains(partition.partition()))
                        .orElse(true);
    }

    /** Whether one of them does; so does none at all. */
    static boolean include(Collection<TopicChoice> choices, TopicPartition partition) {
        return choices.isEmpty() || choices.stream().anyMatch(choice -> choice.includes(partition));
    }

    /** From the command line. */
    static final class Text implements ITypeConverter<TopicChoice> {
        @Override
        public TopicChoice convert(String text) {
            int colon = text.indexOf(':');
            if (colon < 0 && !text.isEmpty()) {
                return new TopicChoice(text, Optional.empty());
            }
            if (colon <= 0) {
                throw new TypeConversionException(
                        "'" + text + "' is neither a topic nor partitions of one, such as orders or orders:0,3,5-7");
            }
            var numbers = new PartitionNumbers.Text().convert(text.substring(colon + 1));
            return new TopicChoice(text.substring(0, colon), Optional.of(numbers));
        }
    }
}
