package io.kontiki.simulation.log;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The product's classes once more, one of them with a bug. */
final class MutatedClasses extends URLClassLoader {
    private MutatedClasses(URL[] path) {
        super(path, MutatedClasses.class.getClassLoader());
    }

    /** @param directory an empty one, for the class files */
    static MutatedClasses compile(Mutant mutant, Path directory) throws IOException {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
        JavaFileObject source = new Source(mutant);
        try (StandardJavaFileManager files = compiler.getStandardFileManager(told, null, null)) {
            List<String> options = List.of("-d", directory.toString(), "-cp", path, "-proc:none", "-nowarn");
            if (!compiler.getTask(null, files, told, options, null, List.of(source))
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

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The log and what runs it are loaded anew; all else is shared. */
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith("io.kontiki.log.") && !name.startsWith("io.kontiki.simulation.")) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(Mutant mutant) throws IOException {
            super(URI.create("string:///" + mutant.className().replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
            this.text = mutant.source();
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
