package io.kontiki.chaos.pods;

import io.kontiki.faults.Tools;
import io.kontiki.localcluster.BrokerHost;
import io.kontiki.localcluster.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What {@code deploy/Dockerfile} makes, as a folder, and how processes are started in it. */
final class Image {
    private static final String JAVA_HOME = "/opt/java/openjdk";
    private static final String ENTRY_POINT = "/opt/kontiki/bin/kontiki";
    private static final String PATH = "/opt/kontiki/bin:" + JAVA_HOME + "/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Path files;
    private final Path java;
    private final String script;
    private final String user;
    private final Path mount;
    private final Map<String, String> extra;

    private Image(Path files, String script, PodTemplate template, Map<String, String> extra) {
        this.files = files;
        this.java = Path.of(System.getProperty("java.home"));
        this.script = script;
        this.user = template.user();
        this.mount = template.dataMount();
        this.extra = Map.copyOf(extra);
    }

    /**
     * Makes it from a distribution.
     *
     * @param files the folder, which must not exist; on the distribution's file system
     * @param extra variables of each process that the manifests do not have
     */
    static Image build(Path distribution, Path files, PodTemplate template, Map<String, String> extra)
            throws IOException {
        Tools.run("cp", "-al", distribution.toString(), files.toString());
        try (Stream<Path> libraries = Files.list(files.resolve("lib"))) {
            // It holds for the place where it was made.
            for (Path archive :
                    libraries.filter(file -> file.toString().endsWith(".jsa")).toList()) {
                Files.delete(archive);
            }
        }
        String script;
        try (InputStream text = Image.class.getResourceAsStream("container.sh")) {
            script = new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
        return new Image(files, script, template, extra);
    }

    /** Lets commands start faster, as the image's build does, by a first command. */
    void archiveClasses() throws IOException {
        Path scratch = Files.createTempDirectory(files.getParent(), "build-");
        List<String> command = container(scratch, scratch, Path.of("/etc/resolv.conf"), "0");
        command.addAll(List.of("env", "JAVA_HOME=" + JAVA_HOME, ENTRY_POINT, "--version"));
        Tools.run(command.toArray(String[]::new));
        FileTree.delete(scratch);
    }

    private List<String> container(Path stage, Path volume, Path names, String as) {
        return new ArrayList<>(List.of(
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-c",
                script,
                "container",
                stage.toString(),
                files.toString(),
                java.toString(),
                volume.toString(),
                mount.toString(),
                names.toString(),
                as));
    }

    /** Starts the entry point in a container. */
    Process start(
            BrokerHost host,
            Path volume,
            Path names,
            Map<String, String> environment,
            Collection<String> args,
            Path log,
            Path stage)
            throws IOException {
        List<String> command = new ArrayList<>(host.launcher());
        command.addAll(container(stage, volume, names, user));
        command.add(ENTRY_POINT);
        command.addAll(args);
        return start(command, environment, ProcessBuilder.Redirect.appendTo(log.toFile()));
    }

    /** Starts another command in the container of a pod. */
    Process enter(Pod pod, Map<String, String> environment, List<String> inside, ProcessBuilder.Redirect output)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "nsenter",
                "--target",
                Long.toString(pod.process().pid()),
                "--mount",
                "--net",
                "setpriv",
                "--reuid=" + user,
                "--regid=" + user,
                "--clear-groups",
                "--no-new-privs"));
        command.addAll(inside);
        return start(command, environment, output);
    }

    private Process start(List<String> command, Map<String, String> environment, ProcessBuilder.Redirect output)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> variables = builder.environment();
        variables.clear();
        variables.put("PATH", PATH);
        variables.put("JAVA_HOME", JAVA_HOME);
        variables.putAll(extra);
        variables.putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(output);
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }
}
