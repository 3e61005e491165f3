package io.kontiki.cli;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Partitions chosen on the command line, such as {@code 0,3,5-7}.
 *
 * @param numbers not empty, each at least 0
 */
record PartitionNumbers(SortedSet<Integer> numbers) {
    /** The largest number of partitions that a topic may have. */
    private static final int MAX_PARTITIONS = 10_000;

    private static final Pattern RANGE = Pattern.compile("([0-9]{1,4})(?:-([0-9]{1,4}))?");

    PartitionNumbers {
        numbers = Collections.unmodifiableSortedSet(numbers);
    }

    /** From the command line. */
    static final class Text implements ITypeConverter<PartitionNumbers> {
        @Override
        public PartitionNumbers convert(String text) {
            var numbers = new TreeSet<Integer>();
            for (String part : text.split(",", -1)) {
                addRange(part, text, numbers);
            }
            return new PartitionNumbers(numbers);
        }

        private static void addRange(String part, String text, SortedSet<Integer> numbers) {
            Matcher range = RANGE.matcher(part);
            if (!range.matches()) {
                throw refusal(text);
            }
            int first = Integer.parseInt(range.group(1));
            int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
            if (last < first) {
                throw refusal(text);
            }
            for (int number = first; number <= last; number++) {
                numbers.add(number);
            }
        }

        private static TypeConversionException refusal(String text) {
            return new TypeConversionException(
                    "'" + text + "' does not name partitions such as 0 or 0,3,5-7, each 0 to " + (MAX_PARTITIONS - 1));
        }
    }
}
