package io.kontiki.chaos.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which faults strike when, as text that can be kept, edited and run again. A line is a strike, {@code at SECONDS for
 * SECONDS FAULT TARGET}, or a setting of the cluster that it was made for, {@code set NAME VALUE}, where a name with a dot
 * is a key of the brokers' configuration, or a comment behind {@code #}.
 *
 * @param settings by name
 * @param strikes in the order of their beginning
 */
public record Schedule(Map<String, String> settings, List<Strike> strikes) {
    private static final long FIRST_MILLIS = 3000;
    private static final long LONGEST_MILLIS = 12_000;
    private static final long SHORTEST_MILLIS = 1000;
    private static final long QUIET_MILLIS_MAX = 6000;
    private static final int OVERLAP_PERCENT = 25;
    private static final int STRIKES_MAX = 100_000;

    public Schedule {
        settings = new LinkedHashMap<>(settings);
        strikes = strikes.stream().sorted(Comparator.comparing(Strike::at)).toList();
        if (strikes.size() > STRIKES_MAX) {
            throw new IllegalArgumentException(strikes.size() + " strikes, the limit is " + STRIKES_MAX);
        }
    }

    /** @throws IllegalArgumentException naming the line that is wrong */
    public static Schedule parse(List<String> lines) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<Strike> strikes = new ArrayList<>();
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1).replaceAll("#.*", "").strip();
            String[] words = line.split("\\s+");
            try {
                if (words[0].equals("set") && words.length == 3) {
                    settings.put(words[1], words[2]);
                } else if (!line.isEmpty()) {
                    strikes.add(Strike.parse(line));
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
            }
        }
        return new Schedule(settings, strikes);
    }

    /** As {@link #parse} takes it. */
    public String text() {
        return Stream.concat(
                        settings.entrySet().stream()
                                .map(setting -> "set " + setting.getKey() + " " + setting.getValue()),
                        strikes.stream().map(Strike::toString))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** When the last fault is over. */
    public Duration end() {
        return strikes.stream().map(Strike::end).max(Comparator.naturalOrder()).orElse(Duration.ZERO);
    }

    /** A schedule by chance, the same for the same seed: faults one after the other, a quarter of them overlapping. */
    public static Schedule draw(long seed, List<Fault> faults, int brokers, int partitions, Duration length) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Strike> strikes = new ArrayList<>();
        long at = FIRST_MILLIS;
        while (!faults.isEmpty() && at < length.toMillis()) {
            Fault fault = faults.get(random.nextInt(faults.size()));
            long time = random.nextLong(SHORTEST_MILLIS, LONGEST_MILLIS);
            Target target = drawTarget(random, brokers, partitions);
            strikes.add(new Strike(Duration.ofMillis(at), Duration.ofMillis(time), fault, target));
            at += random.nextInt(100) < OVERLAP_PERCENT
                    ? random.nextLong(time)
                    : time + random.nextLong(QUIET_MILLIS_MAX);
        }
        return new Schedule(Map.of(), strikes);
    }

    private static Target drawTarget(SplittableRandom random, int brokers, int partitions) {
        return switch (random.nextInt(4)) {
            case 0, 1 -> new Target("leader", random.nextInt(partitions));
            case 2 -> new Target("controller", 0);
            default -> new Target("broker", random.nextInt(1, brokers + 1));
        };
    }
}
