package io.kontiki.simulation;

import io.kontiki.metadata.FlushMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Draws the faults of a run, before it begins and from random numbers of their own. Each run has some kinds of faults and
 * not others, so that none always hides another (the swarm testing of Groce et al., 2012).
 *
 * <p>The promises hold within bounds, and so do the faults: only one node, drawn for the run, ever loses what it was told
 * was stored, be it unflushed data in page-cache mode, a failing disk or rot; and none does where one copy is enough for
 * an acknowledgement.
 */
public final class FaultSchedule {
    private static final double KIND_IN_RUN = 0.6;
    /** Told apart from the numbers that the run itself draws from the same seed. */
    private static final long STREAM = 0x5DEECE66DL;

    private static final long STREAM_OF_MEMBERS = 0x2545F4914F6CDDL;

    private final SplittableRandom random;
    private final SimulationOptions options;
    private final int victim;
    private final Map<Fault.Kind, Integer> weights = new EnumMap<>(Fault.Kind.class);

    private FaultSchedule(long seed, SimulationOptions options) {
        this.random = new SplittableRandom(seed ^ STREAM);
        this.options = options;
        this.victim = 1 + random.nextInt(options.nodes());
        for (Fault.Kind kind : Fault.Kind.values()) {
            if (!kind.isOfMembers() && random.nextDouble() < KIND_IN_RUN) {
                weights.put(kind, kind.weight() * (1 + random.nextInt(4)));
            }
        }
    }

    /** In the order of their times. */
    public static List<Fault> draw(long seed, SimulationOptions options) {
        List<Fault> faults = new ArrayList<>(new FaultSchedule(seed, options).draw());
        faults.addAll(ofMembers(seed, options));
        faults.sort(Comparator.comparingLong(Fault::atMillis));
        return List.copyOf(faults);
    }

    /** Beside the others: they break nothing that those need. */
    private static List<Fault> ofMembers(long seed, SimulationOptions options) {
        SplittableRandom random = new SplittableRandom(seed ^ STREAM_OF_MEMBERS);
        List<Fault.Kind> kinds = Stream.of(Fault.Kind.values())
                .filter(Fault.Kind::isOfMembers)
                .flatMap(kind -> Collections.nCopies(kind.weight(), kind).stream())
                .toList();
        List<Fault> faults = new ArrayList<>();
        long gapMillis = 1_000L << random.nextInt(4);
        for (long at = random.nextLong(2 * gapMillis);
                at < options.faultMillis();
                at += random.nextLong(2 * gapMillis)) {
            long millis = random.nextInt(4) == 0 ? random.nextLong(1_000, 12_000) : random.nextLong(10, 1_500);
            Fault.Kind kind = kinds.get(random.nextInt(kinds.size()));
            faults.add(new Fault(at, kind, 0, random.nextInt(2), millis, random.nextInt(1_000)));
        }
        return faults;
    }

    private List<Fault> draw() {
        List<Fault> faults = new ArrayList<>();
        int total = weights.values().stream().mapToInt(Integer::intValue).sum();
        // Sometimes one after the other, sometimes with time to mend between.
        long gapMillis = 200L << random.nextInt(5);
        long at = between(0, 2 * gapMillis);
        while (total > 0 && at < options.faultMillis()) {
            Fault fault = draw(at, kind(random.nextInt(total)));
            if (isWithinBounds(fault)) {
                faults.add(fault);
            }
            at += between(0, 2 * gapMillis);
        }
        return List.copyOf(faults);
    }

    private Fault.Kind kind(int number) {
        int left = number;
        for (Map.Entry<Fault.Kind, Integer> entry : weights.entrySet()) {
            left -= entry.getValue();
            if (left < 0) {
                return entry.getKey();
            }
        }
        throw new AssertionError(number);
    }

    private Fault draw(long at, Fault.Kind kind) {
        int node = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(options.nodes());
        int other = 1 + random.nextInt(options.nodes());
        long millis = random.nextInt(4) == 0 ? between(1_000, 12_000) : between(10, 1_500);
        return switch (kind) {
            case POWER_CUT, POWER_CUT_IN_A_CHANGE ->
                new Fault(at, kind, options.flushMode() == FlushMode.OS ? victim : node, other, millis, between(0, 30));
            case DISK_FAILS, BITS_ROT -> new Fault(at, kind, victim, other, millis, between(0, 30));
            case LOSE_QUORUM_ANSWERS, DUPLICATE_COMMANDS, LOSE_ANSWERS ->
                new Fault(at, kind, node, other, millis, between(50, 900));
            case FLIP_BITS_ON_THE_WIRE -> new Fault(at, kind, node, other, millis, between(10, 200));
            case SLOW_COMMITS, SLOW_NETWORK -> new Fault(at, kind, node, other, millis, between(20, 600));
            case JUMP_OF_THE_CLOCK -> new Fault(at, kind, node, other, millis, between(-3_600_000, 3_600_000));
            case DEPOSE_CONTROLLER -> new Fault(at, kind, node, other, between(0, 8_000), between(-3_000, 3_000));
            case CREATE_TOPIC, DELETE_TOPIC -> new Fault(at, kind, node, other, millis, between(0, 1));
            case REASSIGN, CANCEL_REASSIGNMENT, ELECT_PREFERRED, ELECT_UNCLEAN ->
                new Fault(at, kind, node, other, millis, between(0, Integer.MAX_VALUE));
            default -> new Fault(at, kind, node, other, millis, 0);
        };
    }

    private boolean isWithinBounds(Fault fault) {
        boolean oneCopyIsEnough = options.minIsr() < 2;
        return switch (fault.kind()) {
            case POWER_CUT, POWER_CUT_IN_A_CHANGE -> options.flushMode() == FlushMode.ACK || !oneCopyIsEnough;
            case POWER_CUT_ALL -> options.flushMode() == FlushMode.ACK;
            case DISK_FAILS, BITS_ROT -> !oneCopyIsEnough;
            default -> true;
        };
    }

    private long between(long low, long high) {
        return random.nextLong(low, high + 1);
    }
}
