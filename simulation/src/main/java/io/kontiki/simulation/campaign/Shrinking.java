package io.kontiki.simulation.campaign;

import io.kontiki.simulation.Fault;
import io.kontiki.simulation.FaultSchedule;
import io.kontiki.simulation.Simulation;
import io.kontiki.simulation.SimulationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Leaves faults out of a schedule while the run still fails: first many at once, at last one by one. */
public final class Shrinking {
    private Shrinking() {}

    /**
     * The faults that are left of a seed's schedule. Any failure counts: one fault less gives other random numbers to all
     * that follows, so the same words seldom come again.
     *
     * @param goOn asked before each run; once it says no, what is left then is left
     */
    public static List<Fault> of(long seed, long faultMillis, BooleanSupplier goOn) {
        SimulationOptions options = SimulationOptions.drawn(seed, faultMillis);
        return shrink(
                FaultSchedule.draw(seed, options),
                faults -> goOn.getAsBoolean() && failure(seed, options, faults).isPresent());
    }

    /** What a run with these faults breaks, if it does. */
    public static Optional<String> failure(long seed, SimulationOptions options, List<Fault> faults) {
        try {
            new Simulation(seed, options, faults).run();
            return Optional.empty();
        } catch (RuntimeException | Error e) {
            return Optional.of(Campaign.told(e));
        }
    }

    /** A part of {@code all} that fails, of which no piece of the last size tried can be left out; all if none does. */
    static <T> List<T> shrink(List<T> all, Predicate<List<T>> fails) {
        List<T> left = List.copyOf(all);
        for (int piece = Math.max(1, left.size() / 2); piece >= 1; piece /= 2) {
            int from = 0;
            while (from < left.size()) {
                List<T> fewer = new ArrayList<>(left.subList(0, from));
                fewer.addAll(left.subList(Math.min(left.size(), from + piece), left.size()));
                if (fails.test(fewer)) {
                    left = List.copyOf(fewer);
                } else {
                    from += piece;
                }
            }
        }
        return left;
    }
}
