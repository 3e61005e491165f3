package io.kontiki.simulation;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs scenarios, then a swarm, on classes of a loader's own until one of them fails. */
final class MutantTrial {
    private static final String SCENARIOS = "ScenarioSimTest.class";
    private static final long SWARM_MILLIS = 20_000;
    /** A rule that is gone may leave everybody busy for ever. */
    private static final long PATIENCE_SECONDS = 60;

    /** One invocation, and what to call it. */
    private record Attempt(String name, Object target, Method method, Object[] arguments) {}

    private final ClassLoader classes;
    private final int seeds;

    /** @param seeds of the swarm */
    MutantTrial(ClassLoader classes, int seeds) {
        this.classes = classes;
        this.seeds = seeds;
    }

    /**
     * What failed first.
     *
     * @param scenario the scenario that is tried first, such as {@code s07}
     */
    Optional<String> firstFailure(String scenario) throws Exception {
        List<Attempt> attempts = scenarios();
        attempts.sort(Comparator.comparing(each -> !each.name().startsWith(scenario)));
        attempts.addAll(swarm());
        for (Attempt each : attempts) {
            Optional<String> failure = failure(each);
            if (failure.isPresent()) {
                return failure.map(text -> each.name() + ": " + text);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> failure(Attempt attempt) throws Exception {
        FutureTask<Optional<String>> run = new FutureTask<>(() -> outcome(attempt));
        Thread thread = new Thread(run, "mutant");
        thread.setDaemon(true);
        thread.start();
        try {
            return run.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return Optional.of("no end");
        } catch (ExecutionException e) {
            throw new IllegalStateException(attempt.name() + " cannot be run", e);
        }
    }

    private static Optional<String> outcome(Attempt attempt) throws ReflectiveOperationException {
        try {
            attempt.method().invoke(attempt.target(), attempt.arguments());
            return Optional.empty();
        } catch (InvocationTargetException failed) {
            return Optional.of(firstLine(failed.getCause()));
        }
    }

    private static String firstLine(Throwable failure) {
        String text = String.valueOf(failure.getMessage()).strip().replaceAll("\\s+", " ");
        return failure.getClass().getSimpleName() + " " + text.substring(0, Math.min(120, text.length()));
    }

    private List<Attempt> swarm() throws ReflectiveOperationException {
        Class<?> optionsClass = classes.loadClass(SimulationOptions.class.getName());
        Method drawn = optionsClass.getDeclaredMethod("drawn", long.class, long.class);
        Constructor<?> constructor =
                classes.loadClass(Simulation.class.getName()).getDeclaredConstructor(long.class, optionsClass);
        Method run = constructor.getDeclaringClass().getDeclaredMethod("run");
        List<Attempt> attempts = new ArrayList<>();
        for (long seed = 1; seed <= seeds; seed++) {
            Object simulation = constructor.newInstance(seed, drawn.invoke(null, seed, SWARM_MILLIS));
            attempts.add(new Attempt("swarm seed " + seed, simulation, run, new Object[0]));
        }
        return attempts;
    }

    private List<Attempt> scenarios() throws IOException, ReflectiveOperationException {
        Path compiled = Path.of("target/test-classes/io/kontiki/simulation");
        List<Attempt> attempts = new ArrayList<>();
        try (Stream<Path> files = Files.list(compiled)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(SCENARIOS)) {
                    attempts.addAll(
                            scenariosOf(classes.loadClass("io.kontiki.simulation." + name.replace(".class", ""))));
                }
            }
        }
        return attempts;
    }

    private static List<Attempt> scenariosOf(Class<?> test) throws ReflectiveOperationException {
        Constructor<?> constructor = test.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object target = constructor.newInstance();
        List<Attempt> attempts = new ArrayList<>();
        for (Method method : test.getDeclaredMethods()) {
            if (method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(EnumSource.class)) {
                method.setAccessible(true);
                attempts.addAll(inEachMode(target, method));
            }
        }
        attempts.sort(Comparator.comparing(Attempt::name));
        return attempts;
    }

    private static List<Attempt> inEachMode(Object target, Method method) {
        if (method.getParameterCount() == 0) {
            return List.of(new Attempt(method.getName(), target, method, new Object[0]));
        }
        List<String> named = List.of(method.getAnnotation(EnumSource.class).names());
        return Arrays.stream(method.getParameterTypes()[0].getEnumConstants())
                .filter(mode -> named.isEmpty() || named.contains(mode.toString()))
                .map(mode -> new Attempt(
                        method.getName() + " " + mode.toString().toLowerCase(Locale.ROOT),
                        target,
                        method,
                        new Object[] {mode}))
                .toList();
    }
}
