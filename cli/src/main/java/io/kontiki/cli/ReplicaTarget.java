package io.kontiki.cli;

import io.kontiki.client.TopicPartition;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a partition is to be: {@code TOPIC:PARTITION=1,2,3} on the command line.
 *
 * @param replicas brokers that are to hold it, the preferred leader first
 */
record ReplicaTarget(TopicPartition partition, List<Integer> replicas) {
    /** From the command line. */
    static final class Text implements ITypeConverter<ReplicaTarget> {
        @Override
        public ReplicaTarget convert(String text) {
            int equals = text.indexOf('=');
            if (equals < 0) {
                throw new TypeConversionException("'" + text + "' says of no brokers, as orders:0=1,2,3 does");
            }
            return new ReplicaTarget(
                    new PartitionText().convert(text.substring(0, equals)),
                    new BrokerIds.Text().convert(text.substring(equals + 1)).ids());
        }
    }
}
