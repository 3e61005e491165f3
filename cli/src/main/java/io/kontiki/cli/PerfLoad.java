package io.kontiki.cli;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.client.Acks;
import io.kontiki.client.Compression;
import io.kontiki.client.Producer;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say which records a load sends, how many and how fast. */
final class PerfLoad {
    private static final int MAX_RECORD_BYTES = 16 << 20;
    private static final Duration DEFAULT_TIME = Duration.ofSeconds(10);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "COUNT",
            description = "End after so many records.")
    private Long count;

    @Option(names = "--for", paramLabel = "TIME", description = "End after this time. Default: 10s, unless --count.")
    private Duration time;

    @Option(names = "--size", paramLabel = "BYTES", description = "Size of each value. Default: ${DEFAULT-VALUE}")
    private int size = 100;

    @Option(names = "--rate", paramLabel = "COUNT", description = "Records per second; 0 for as fast as they go.")
    private Long rate;

    @Option(names = "--acks", paramLabel = "LEVEL", description = "As in kontiki produce. Default: all")
    private Acks acks = Acks.ALL;

    @Option(
            names = {"-z", "--codec"},
            paramLabel = "CODEC",
            description = "As in kontiki produce; the values shrink to about half. Default: none")
    private Compression codec = Compression.NONE;

    @Option(names = "--batch-bytes", paramLabel = "BYTES", description = "Size of full batches. Default: 65536")
    private Integer batchBytes;

    @Option(names = "--linger", paramLabel = "TIME", description = "How long a batch waits for more. Default: 2ms")
    private Duration linger;

    /**
     * To be called first.
     *
     * @param minBytes what the command needs of each value
     * @throws ParameterException if a value is out of its range
     */
    void check(int minBytes) {
        Misuse.requireAtLeast(minBytes, size, "option '--size'", spec);
        if (size > MAX_RECORD_BYTES) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for option '--size': " + size + " is above " + MAX_RECORD_BYTES);
        }
        if (count != null) {
            Misuse.requireAtLeast(1, count, "option '--count'", spec);
        }
        if (rate != null) {
            Misuse.requireAtLeast(0, rate, "option '--rate'", spec);
        }
    }

    Producer.Builder producer(Clients clients) {
        var builder = clients.producer().acks(acks).compression(codec);
        try {
            if (batchBytes != null) {
                builder.batchBytes(batchBytes);
            }
            if (linger != null) {
                builder.linger(linger);
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
        return builder;
    }

    int size() {
        return size;
    }

    /** @param standard records per second if the option is not given; 0 for no limit */
    OptionalLong perSecond(long standard) {
        long wanted = rate == null ? standard : rate;
        return wanted == 0 ? OptionalLong.empty() : OptionalLong.of(wanted);
    }

    /** Whether another record is to be sent. */
    boolean goesOn(long sent, long nanos) {
        if (count != null && sent >= count) {
            return false;
        }
        return nanos < timeNanos();
    }

    private long timeNanos() {
        if (time != null) {
            return time.toNanos();
        }
        return count == null ? DEFAULT_TIME.toNanos() : TimeUnit.DAYS.toNanos(1);
    }

    /** For programs that keep results of many runs. */
    JsonObject settings(String run, String topic, OptionalLong perSecond) {
        var object = new JsonObject();
        object.addProperty("run", run);
        object.addProperty("topic", topic);
        object.addProperty("recordBytes", size);
        object.addProperty("acks", AcksText.of(acks));
        object.addProperty("codec", CodecText.of(codec));
        perSecond.ifPresentOrElse(
                limit -> object.addProperty("ratePerSecond", limit),
                () -> object.add("ratePerSecond", JsonNull.INSTANCE));
        return object;
    }
}
