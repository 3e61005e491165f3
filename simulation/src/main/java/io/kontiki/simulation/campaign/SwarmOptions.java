package io.kontiki.simulation.campaign;

/**
 * What a swarm is asked for: {@code [--seeds N | --minutes N | --forever] [--seed FIRST] [--threads N] [--simulated-seconds N]}.
 *
 * @param seeds most seeds to run
 * @param minutes of real time after which no seed begins any more
 * @param firstSeed of the seeds, which follow one another
 * @param simulatedSeconds how long the faults of each run last
 * @param threads seeds that run at a time
 */
record SwarmOptions(long seeds, long minutes, long firstSeed, long simulatedSeconds, int threads) {
    static final long NO_END = Long.MAX_VALUE;

    private static final int THREADS_MAX = 1_000;

    /** @throws IllegalArgumentException naming the argument that is unknown, lacks a number or is out of its range */
    static SwarmOptions parse(String... args) {
        long seeds = 100;
        long minutes = NO_END;
        long firstSeed = 1;
        long simulatedSeconds = 600;
        long threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--forever")) {
                seeds = NO_END;
                continue;
            }
            String name = args[i];
            long value = number(args, ++i);
            switch (name) {
                case "--seeds" -> seeds = value;
                case "--minutes" -> {
                    minutes = value;
                    seeds = NO_END;
                }
                case "--seed" -> firstSeed = value;
                case "--threads" -> threads = Math.min(value, THREADS_MAX);
                case "--simulated-seconds" -> simulatedSeconds = value;
                default -> throw new IllegalArgumentException("there is no " + name);
            }
        }
        return new SwarmOptions(seeds, minutes, firstSeed, simulatedSeconds, (int) threads);
    }

    private static long number(String[] args, int at) {
        String name = args[at - 1];
        if (at == args.length || !args[at].matches("[1-9][0-9]{0,14}")) {
            throw new IllegalArgumentException(
                    name + " wants a number from 1 on, not \"" + (at == args.length ? "" : args[at]) + '"');
        }
        return Long.parseLong(args[at]);
    }
}
