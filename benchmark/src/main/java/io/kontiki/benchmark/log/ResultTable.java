package io.kontiki.benchmark.log;

import io.kontiki.benchmark.AllocatedBytes;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;

/** Prints results, one line for each ceiling; the ratio is 1 where the log is as fast as the ceiling. */
final class ResultTable {
    private static final String LINE = "%-42s %12s  %-26s %12s %6s %10s %9s%n";

    private final Collection<RunResult> results;

    ResultTable(Collection<RunResult> results) {
        this.results = results;
        System.out.printf(Locale.ROOT, LINE, "", "log", "ceiling", "", "ratio", "B/op", "B/record");
    }

    /**
     * A figure in bytes per second.
     *
     * @param bytes of one operation
     * @param records of one operation
     * @param result bytes that an operation gives its caller, which do not count as allocated per record
     */
    Figure rate(String name, long bytes, long records, long result, String benchmark, List<?> params) {
        RunResult found = find(benchmark, params);
        String perRecord = String.format(Locale.ROOT, "%.1f", (AllocatedBytes.perOperation(found) - result) / records);
        return new Figure(name, bytes, micros(found), AllocatedBytes.perOperation(found), perRecord);
    }

    /** A figure in time per operation. */
    Figure time(String name, String benchmark) {
        RunResult found = find(benchmark, List.of());
        return new Figure(name, 0, micros(found), AllocatedBytes.perOperation(found), "");
    }

    /** A figure of the log that is printed beside its ceilings. */
    final class Figure {
        private final String name;
        private final long bytes;
        private final double micros;
        private final double allocated;
        private final String perRecord;

        private Figure(String name, long bytes, double micros, double allocated, String perRecord) {
            this.name = name;
            this.bytes = bytes;
            this.micros = micros;
            this.allocated = allocated;
            this.perRecord = perRecord;
        }

        /** @param ceilingBytes of one operation of the ceiling */
        Figure beside(String ceiling, long ceilingBytes, String benchmark, List<?> params) {
            double ceilingMicros = micros(find(benchmark, params));
            double ratio = ceilingMicros / ceilingBytes * bytes / micros;
            print(ceiling, perSecond(bytes, micros), perSecond(ceilingBytes, ceilingMicros), ratio);
            return this;
        }

        Figure beside(String ceiling, String benchmark) {
            double ceilingMicros = micros(find(benchmark, List.of()));
            print(ceiling, duration(micros), duration(ceilingMicros), ceilingMicros / micros);
            return this;
        }

        private void print(String ceiling, String figure, String ceilingFigure, double ratio) {
            System.out.printf(
                    Locale.ROOT,
                    LINE,
                    name,
                    figure,
                    ceiling,
                    ceilingFigure,
                    String.format(Locale.ROOT, "%.2f", ratio),
                    String.format(Locale.ROOT, "%.0f", allocated),
                    perRecord);
        }
    }

    private static String perSecond(long bytes, double micros) {
        return String.format(Locale.ROOT, "%.2f GiB/s", bytes / 1024.0 / Workspace.MIB / (micros / 1e6));
    }

    private static String duration(double micros) {
        return micros < 10_000
                ? String.format(Locale.ROOT, "%.2f us", micros)
                : String.format(Locale.ROOT, "%.0f ms", micros / 1_000);
    }

    private static double micros(RunResult result) {
        return result.getPrimaryResult().getScore();
    }

    /** @param params names and values that tell benchmarks of that name apart */
    private RunResult find(String benchmark, List<?> params) {
        for (RunResult result : results) {
            boolean matches = result.getParams().getBenchmark().endsWith("." + benchmark);
            for (int i = 0; matches && i < params.size(); i += 2) {
                matches = params.get(i + 1)
                        .toString()
                        .equals(result.getParams().getParam(params.get(i).toString()));
            }
            if (matches) {
                return result;
            }
        }
        throw new IllegalStateException("no result of " + benchmark);
    }
}
