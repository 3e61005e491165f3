package io.kontiki.simulation.mutation;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The product's classes once more, with a bug. */
public final class MutatedClasses extends URLClassLoader {
    private MutatedClasses(URL[] path) {
        super(path, MutatedClasses.class.getClassLoader());
    }

    /** @param directory an empty one, for the class files */
    public static MutatedClasses compile(Mutant mutant, Path directory) throws IOException {
        String path = classPath();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
        List<JavaFileObject> sources = new ArrayList<>();
        mutant.sources().forEach((name, text) -> sources.add(new Source(name, text)));
        try (StandardJavaFileManager files = compiler.getStandardFileManager(told, null, null)) {
            List<String> options = List.of("-d", directory.toString(), "-cp", path, "-proc:none", "-nowarn");
            if (!sources.isEmpty()
                    && !compiler.getTask(null, files, told, options, null, sources)
                            .call()) {
                throw new IllegalStateException("bug " + mutant.name() + " does not compile: " + told.getDiagnostics());
            }
        }
        Stream<Path> parts =
                Stream.of(path.split(System.getProperty("path.separator"))).map(Path::of);
        return new MutatedClasses(Stream.concat(Stream.of(directory), parts.filter(Files::exists))
                .map(MutatedClasses::url)
                .toArray(URL[]::new));
    }

    /** That of this test, and what has tests of its own and does not need this module. */
    private static String classPath() {
        String separator = System.getProperty("path.separator");
        String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.concat(Stream.of(own), TestClasses.directories().map(Path::toString))
                .collect(Collectors.joining(separator));
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a bug may be in, and what uses it, is loaded anew; all else is shared. */
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith("io.kontiki.") || name.startsWith("io.kontiki.proto.")) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String className, String text) {
            super(URI.create("string:///" + className.replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
