package io.kontiki.simulation;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherExecutionRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherExecutionRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs tests on classes of a loader's own. */
final class MutantTrial {
    private final ClassLoader classes;

    MutantTrial(ClassLoader classes) {
        this.classes = classes;
    }

    /**
     * A test that failed.
     *
     * @param timedOut whether it came to no end in its two minutes: a rule that is gone may keep one busy for ever, and so may
     *     a machine that is busy itself
     */
    record Failure(String test, String how, boolean timedOut) {
        @Override
        public String toString() {
            return test + ": " + how;
        }
    }

    /** The first of its tests that fails. */
    Optional<Failure> failure(Judge judge) {
        List<DiscoverySelector> selectors = selectors(judge);
        if (selectors.isEmpty()) {
            return Optional.empty();
        }
        FirstFailure listener = new FirstFailure();
        var discovery = LauncherDiscoveryRequestBuilder.discoveryRequest()
                .selectors(selectors)
                .enableImplicitConfigurationParameters(false)
                .configurationParameter("junit.jupiter.execution.timeout.default", "120 s")
                .configurationParameter("junit.jupiter.execution.timeout.mode", "enabled")
                .configurationParameter("junit.jupiter.execution.timeout.thread.mode.default", "SEPARATE_THREAD")
                .build();
        LauncherExecutionRequest request = LauncherExecutionRequestBuilder.request(discovery)
                .listeners(listener)
                .cancellationToken(listener.enough)
                .build();
        Launcher launcher = LauncherFactory.create();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(classes);
        try {
            launcher.execute(request);
        } finally {
            thread.setContextClassLoader(before);
        }
        return listener.failure;
    }

    private List<DiscoverySelector> selectors(Judge judge) {
        Class<?> test = load(judge.className());
        if (judge.prefix().isEmpty()) {
            return List.of(selectClass(test));
        }
        List<DiscoverySelector> selectors = new ArrayList<>();
        judge.methods(test).forEach(method -> selectors.add(selectMethod(test, method)));
        return selectors;
    }

    private Class<?> load(String name) {
        try {
            return classes.loadClass(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends the run with the first test that fails. */
    private static final class FirstFailure implements TestExecutionListener {
        private final CancellationToken enough = CancellationToken.create();
        private Optional<Failure> failure = Optional.empty();

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == TestExecutionResult.Status.FAILED && failure.isEmpty()) {
                Optional<Throwable> thrown = result.getThrowable();
                failure = Optional.of(new Failure(
                        name(test),
                        firstLine(thrown),
                        thrown.filter(TimeoutException.class::isInstance).isPresent()));
                enough.cancel();
            }
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
