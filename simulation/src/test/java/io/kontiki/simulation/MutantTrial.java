package io.kontiki.simulation;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.kontiki.simulation.mutation.Mutant;
import io.kontiki.simulation.mutation.TestClasses;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherExecutionRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherExecutionRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs tests on classes of a loader's own until one of them fails. */
final class MutantTrial {
    private static final String SCENARIOS = "ScenarioSimTest";
    /** They look at how classes depend on each other, which is the same. */
    private static final String DEPENDENCIES = ".*(Architecture|Imports|Rules)Test";

    private final ClassLoader classes;

    MutantTrial(ClassLoader classes) {
        this.classes = classes;
    }

    /** What failed first: of those that are named, of the scenarios, of the tests of its packages, of the swarm. */
    Optional<String> firstFailure(Mutant mutant) throws ReflectiveOperationException {
        List<List<DiscoverySelector>> stages =
                List.of(named(mutant.judges()), scenarios(), testsOfPackages(mutant), classesOf(List.of(swarm())));
        for (List<DiscoverySelector> stage : stages) {
            Optional<String> failure = stage.isEmpty() ? Optional.empty() : firstFailure(stage);
            if (failure.isPresent()) {
                return failure;
            }
        }
        return Optional.empty();
    }

    private static String swarm() {
        return MutantSwarm.class.getName();
    }

    List<DiscoverySelector> scenarios() throws ReflectiveOperationException {
        return classesOf(TestClasses.endingWith(SCENARIOS));
    }

    private List<DiscoverySelector> named(List<String> judges) throws ReflectiveOperationException {
        List<DiscoverySelector> selectors = new ArrayList<>();
        for (String judge : judges) {
            List<DiscoverySelector> found =
                    judge.matches("s\\d\\d") ? scenariosOf(judge) : classesOf(TestClasses.endingWith("/" + judge));
            if (found.isEmpty()) {
                throw new IllegalStateException("there is no test " + judge + ", or it is not built");
            }
            selectors.addAll(found);
        }
        return selectors;
    }

    private List<DiscoverySelector> scenariosOf(String id) throws ReflectiveOperationException {
        List<DiscoverySelector> selectors = new ArrayList<>();
        for (String name : TestClasses.endingWith(SCENARIOS)) {
            Class<?> test = classes.loadClass(name);
            Arrays.stream(test.getDeclaredMethods())
                    .filter(method -> method.getName().startsWith(id) && !method.isSynthetic())
                    .sorted(Comparator.comparing(Method::getName))
                    .forEach(method -> selectors.add(selectMethod(test, method)));
        }
        return selectors;
    }

    private List<DiscoverySelector> testsOfPackages(Mutant mutant) throws ReflectiveOperationException {
        List<String> packages = mutant.packages();
        return classesOf(TestClasses.endingWith("Test").stream()
                .filter(name -> packages.contains(name.substring(0, name.lastIndexOf('.'))))
                .filter(name -> !name.matches(DEPENDENCIES))
                .toList());
    }

    private List<DiscoverySelector> classesOf(List<String> names) throws ReflectiveOperationException {
        List<DiscoverySelector> selectors = new ArrayList<>();
        for (String name : names) {
            selectors.add(selectClass(classes.loadClass(name)));
        }
        return selectors;
    }

    /** A rule that is gone may leave everybody busy for ever: each test has a minute. */
    Optional<String> firstFailure(List<DiscoverySelector> selectors) {
        FirstFailure listener = new FirstFailure();
        var discovery = LauncherDiscoveryRequestBuilder.discoveryRequest()
                .selectors(selectors)
                .configurationParameter("junit.jupiter.execution.timeout.default", "60 s")
                .configurationParameter("junit.jupiter.execution.timeout.mode", "enabled")
                .configurationParameter("junit.jupiter.execution.timeout.thread.mode.default", "SEPARATE_THREAD")
                .build();
        LauncherExecutionRequest request = LauncherExecutionRequestBuilder.request(discovery)
                .listeners(listener)
                .cancellationToken(listener.enough)
                .build();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(classes);
        try {
            LauncherFactory.create().execute(request);
        } finally {
            thread.setContextClassLoader(before);
        }
        return listener.result();
    }

    /** Ends the run with the first test that fails. */
    private static final class FirstFailure implements TestExecutionListener {
        private final CancellationToken enough = CancellationToken.create();
        private Optional<String> failure = Optional.empty();
        private boolean anyTest;

        @Override
        public void testPlanExecutionStarted(TestPlan plan) {
            anyTest = plan.containsTests();
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == TestExecutionResult.Status.FAILED && failure.isEmpty()) {
                failure = Optional.of(name(test) + ": " + firstLine(result.getThrowable()));
                enough.cancel();
            }
        }

        Optional<String> result() {
            if (!anyTest) {
                throw new IllegalStateException("no test was run");
            }
            return failure;
        }

        private static String name(TestIdentifier test) {
            return test.getSource()
                    .filter(MethodSource.class::isInstance)
                    .map(MethodSource.class::cast)
                    .map(source -> source.getClassName().replaceAll(".*\\.", "") + "." + source.getMethodName())
                    .orElse(test.getDisplayName());
        }

        private static String firstLine(Optional<Throwable> thrown) {
            String text = thrown.map(Throwable::toString).orElse("").strip().replaceAll("\\s+", " ");
            return text.substring(0, Math.min(120, text.length()));
        }
    }
}
