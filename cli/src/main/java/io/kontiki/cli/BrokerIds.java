package io.kontiki.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Brokers on the command line, such as {@code 1,2,3}.
 *
 * @param ids not empty, in the order given, each once and at least 0
 */
record BrokerIds(List<Integer> ids) {
    private static final Pattern ID = Pattern.compile("[0-9]{1,9}");

    BrokerIds {
        ids = List.copyOf(ids);
    }

    /** From the command line. */
    static final class Text implements ITypeConverter<BrokerIds> {
        @Override
        public BrokerIds convert(String text) {
            var ids = new ArrayList<Integer>();
            for (String part : text.split(",", -1)) {
                if (!ID.matcher(part).matches() || ids.contains(Integer.parseInt(part))) {
                    throw new TypeConversionException("'" + text + "' does not name brokers such as 1,2,3, each once");
                }
                ids.add(Integer.parseInt(part));
            }
            return new BrokerIds(ids);
        }
    }
}
