package io.kontiki.quickstart;

import static java.nio.file.attribute.PosixFilePermissions.fromString;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.ratis.thirdparty.io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code bin/kontiki} with a Java that only prints its arguments. */
@DisabledOnOs(OS.WINDOWS)
class StartScriptTest {
    @TempDir
    Path directory;

    private Path home;
    private Path script;
    private final Map<String, String> environment = new HashMap<>();
    private int exitCode;

    @BeforeEach
    void unpack() throws IOException {
        home = Files.createDirectories(directory.resolve("a place/kontiki"));
        Files.createDirectories(home.resolve("lib"));
        Files.createDirectories(home.resolve("bin"));
        script = Files.copy(Path.of("src/main/dist/bin/kontiki"), home.resolve("bin/kontiki"));
        Files.setPosixFilePermissions(script, fromString("rwxr-xr-x"));
        environment.put("JAVA_HOME", java("17.0.9").toString());
    }

    @Test
    void clientCommandStartsFastAndGetsItsArgumentsUnchanged() throws Exception {
        assertThat(run(script, "produce", "server start", "*", ""))
                .contains("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "io.kontiki.cli.Main")
                .contains(home + "/lib/*")
                .doesNotContain("-XX:+ExitOnOutOfMemoryError")
                .endsWith("io.kontiki.cli.Main", "produce", "server start", "*", "");
    }

    @Test
    void serverGetsItsOwnSettings() throws Exception {
        assertThat(run(script, "-v", "server", "start", "--dev"))
                .contains("-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError", "-XX:MaxRAMPercentage=40")
                .contains("-XX:TieredStopAtLevel=1")
                .endsWith("io.kontiki.cli.Main", "-v", "server", "start", "--dev");
    }

    @Test
    void heapAndJvmOptionsAreHonoured() throws Exception {
        environment.put("KONTIKI_HEAP_OPTS", "-Xms1g -Xmx2g");
        environment.put("KONTIKI_JVM_OPTS", "-Da=b -Dc=d");

        assertThat(run(script, "server", "start"))
                // The last of two wins, and that is to be the operator's.
                .containsSubsequence("-XX:TieredStopAtLevel=1", "-Xms1g", "-Xmx2g", "-Da=b", "-Dc=d")
                .doesNotContain("-XX:MaxRAMPercentage=40");
    }

    @Test
    void symbolicLinksLeadHome() throws Exception {
        Path absolute = Files.createSymbolicLink(directory.resolve("one"), script);
        Path relative = Files.createSymbolicLink(directory.resolve("two"), Path.of("one"));

        assertThat(absolute).isSymbolicLink();
        assertThat(run(relative, "topic", "list")).contains(home + "/lib/*");
    }

    @Test
    void tooOldJavaIsToldInOneLine() throws Exception {
        environment.put("JAVA_HOME", java("11.0.2").toString());

        assertThat(run(script, "topic", "list")).hasSize(1).first().asString().contains("Java 17 or newer", "11.0.2");
    }

    @Test
    void missingJavaIsToldInOneLine() throws Exception {
        environment.put("JAVA_HOME", directory.resolve("nowhere").toString());

        assertThat(run(script, "topic", "list")).hasSize(1).first().asString().contains("JAVA_HOME", "nowhere");
    }

    @Test
    void classArchiveIsMadeOnceAndThenUsed() throws Exception {
        Path made = home.resolve("lib/kontiki-java-17.0.9.jsa");

        assertThat(run(script, "topic", "list")).contains("-XX:SharedArchiveFile=" + made);
        assertThat(made).exists();
        Path marker = Files.writeString(made, "first");
        run(script, "topic", "list");
        assertThat(marker).hasContent("first");
        try (Stream<Path> files = Files.list(home.resolve("lib"))) {
            assertThat(files).hasSize(1);
        }
    }

    /** Else the first files that Java opens would be its input and its output. */
    @Test
    void javaNeverRunsWithoutTheThreeStandardStreams() throws Exception {
        Path open = directory.resolve("open");
        Files.write(
                java("17.0.9").resolve("bin/java"),
                List.of(
                        "#!/bin/sh",
                        "case $1 in -XX:Archive*) exit ;; esac",
                        "found=",
                        "for each in 0 1 2; do [ ! -e /dev/fd/$each ] || found=$found$each; done",
                        "echo $found > '" + open + "'"));

        for (String closed : List.of("<&-", ">&-", "2>&-", "<&- >&- 2>&-")) {
            Files.deleteIfExists(open);
            run(Path.of("/bin/sh"), "-c", "\"$0\" produce orders " + closed, script.toString());
            assertThat(open).as(closed).hasContent("012");
        }
    }

    @Test
    void archiveOfBrokersIsMadeOnRequestAndUsedFromThenOn() throws Exception {
        Path made = home.resolve("lib/kontiki-server-java-17.0.9.jsa");
        String used = "-XX:SharedArchiveFile=" + made;
        assertThat(run(script, "server", "start")).doesNotContain(used);
        assertThat(run(script, "server", "archive", "--help")).endsWith("server", "archive", "--help");
        assertThat(made).doesNotExist();

        assertThat(run(script, "server", "archive")).containsExactly("kontiki: made " + made);

        assertThat(made).exists();
        assertThat(run(script, "server", "start")).contains(used).endsWith("io.kontiki.cli.Main", "server", "start");
        environment.put("KONTIKI_JVM_OPTS", "-XX:SharedArchiveFile=another");
        assertThat(run(script, "server", "start"))
                .contains("-XX:SharedArchiveFile=another")
                .doesNotContain(used);
    }

    @Test
    void optionsThatGiveMemoryBackAreThoseOfThisJava() throws Exception {
        assertThat(run(script, "server", "start"))
                .contains("-XX:G1PeriodicGCInterval=15000", "-XX:TrimNativeHeapInterval=30000");
        environment.put("JAVA_HOME", java("17.0.8").toString());
        assertThat(run(script, "server", "start"))
                .contains("-XX:G1PeriodicGCInterval=15000")
                .doesNotContain("-XX:TrimNativeHeapInterval=30000");
    }

    /** Netty says nothing of a property that it does not know, such as one that an upgrade renamed. */
    @Test
    void poolOfTheQuorumsNettyIsTheSizeThatBrokersAsk() throws Exception {
        String prefix = "-Dorg.apache.ratis.thirdparty.io.netty.allocator.";
        List<String> asked = run(script, "server", "start").stream()
                .filter(option -> option.startsWith(prefix))
                .toList();
        assertThat(asked).containsExactlyInAnyOrder(prefix + "numDirectArenas=1", prefix + "maxOrder=7");

        Path java = Path.of(System.getProperty("java.home"), "bin/java");
        String classes = System.getProperty("java.class.path");
        assertThat(run(java, asked.get(0), asked.get(1), "-cp", classes, QuorumPool.class.getName()))
                .containsExactly("1 arena", "pieces of 1048576 bytes");
    }

    /** Tells what the quorum's Netty takes for its pool. */
    static final class QuorumPool {
        public static void main(String[] args) {
            var pool = PooledByteBufAllocator.DEFAULT.metric();
            System.out.println(pool.numDirectArenas() + " arena");
            System.out.println("pieces of " + pool.chunkSize() + " bytes");
        }
    }

    @Test
    void daemonIsCheckedStartedAndNoted() throws Exception {
        environment.put("JAVA_HOME", javaThatServes().toString());
        environment.put("KONTIKI_PROCESS_LOG_DIR", directory.resolve("a log").toString());
        environment.put("KONTIKI_PID_FILE", directory.resolve("run/pid").toString());

        List<String> told = run(script, "server", "start", "--daemon", "--set", "a=b c");

        assertThat(told).hasSize(1).first().asString().contains("the broker runs as process", "a log");
        assertThat(directory.resolve("run/pid.started")).doesNotExist();
        long pid = Long.parseLong(Files.readString(directory.resolve("run/pid")).strip());
        ProcessHandle broker = ProcessHandle.of(pid).orElseThrow();
        try {
            assertThat(Files.readAllLines(directory.resolve("a log/kontiki.out")))
                    .contains("-Dkontiki.log=-file", "-XX:+ExitOnOutOfMemoryError")
                    .endsWith("io.kontiki.cli.Main", "server", "start", "--set", "a=b c");
            assertThat(Files.readAllLines(directory.resolve("checked")))
                    .endsWith("io.kontiki.cli.Main", "server", "check-config", "--set", "a=b c");
            assertThat(run(script, "server", "start", "--daemon"))
                    .first()
                    .asString()
                    .contains("process " + pid, "runs already");
        } finally {
            broker.destroyForcibly();
        }
    }

    @Test
    void daemonThatEndsAtOnceIsToldWithTheEndOfItsOutput() throws Exception {
        assertThat(run(script, "server", "start", "--daemon", "--dev"))
                .contains("--dev")
                .last()
                .asString()
                .contains("the broker ended at its start", home + "/logs");
        assertThat(home.resolve("kontiki.pid")).doesNotExist();
    }

    /** Else nothing would know of the broker. */
    @Test
    void daemonWhoseNumberCannotBeWrittenIsEnded() throws Exception {
        environment.put("JAVA_HOME", javaThatServes().toString());
        environment.put("KONTIKI_PROCESS_LOG_DIR", directory.resolve("log").toString());
        environment.put(
                "KONTIKI_PID_FILE",
                Files.createDirectory(directory.resolve("pid")).toString());

        assertThat(run(script, "server", "start", "--daemon")).last().asString().contains("cannot be written to");

        // It may have been ended before it wrote this.
        Path serving = directory.resolve("serving");
        if (Files.exists(serving)) {
            assertThat(ProcessHandle.of(Long.parseLong(Files.readString(serving).strip())))
                    .isEmpty();
        }
    }

    @Test
    void whatIsNoNumberOfAProcessCountsForNothing() throws Exception {
        environment.put("JAVA_HOME", javaThatServes().toString());
        Path file = directory.resolve("pid");
        environment.put("KONTIKI_PID_FILE", file.toString());
        for (String number : List.of("0", "-1", "one", "")) {
            Files.writeString(file, number + "\n");

            assertThat(run(script, "server", "start", "--daemon"))
                    .as(number)
                    .last()
                    .asString()
                    .contains("the broker runs as process");

            ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                    .orElseThrow()
                    .destroyForcibly();
        }
    }

    /** As one whose Raft port is taken, which it finds out when the rest is up. */
    @Test
    void daemonThatEndsLaterIsToldWithItsExitCode() throws Exception {
        Path javaHome = java("17.0.9");
        Files.write(
                javaHome.resolve("bin/java"),
                List.of(
                        "#!/bin/sh",
                        "case \"$*\" in *check-config*) exit ;; esac",
                        "sleep 3",
                        "echo 'error: the port is taken'",
                        "exit 6"));

        assertThat(run(script, "server", "start", "--daemon", "--dev"))
                .contains("error: the port is taken")
                .last()
                .asString()
                .contains("the broker ended at its start");
        assertThat(exitCode).isEqualTo(6);
        assertThat(home.resolve("kontiki.pid")).doesNotExist();
    }

    @Test
    void logGoesToItsDirectoryInTheForegroundToo() throws Exception {
        environment.put("KONTIKI_PROCESS_LOG_DIR", "/var/log/kontiki");

        assertThat(run(script, "server", "start")).contains("-Dkontiki.log=-file");
        environment.remove("KONTIKI_PROCESS_LOG_DIR");
        assertThat(run(script, "server", "start")).doesNotContain("-Dkontiki.log=-file");
    }

    /** A Java home whose java notes what it is to check, and serves until it is killed. */
    private Path javaThatServes() throws IOException {
        Path javaHome = java("17.0.9");
        Files.write(
                javaHome.resolve("bin/java"),
                List.of(
                        "#!/bin/sh",
                        "case \"$*\" in *check-config*) printf '%s\\n' \"$@\" > '" + directory
                                + "/checked'; exit ;; esac",
                        "printf '%s\\n' \"$@\"",
                        "echo $$ > '" + directory + "/serving'",
                        "for word in \"$@\"; do",
                        "  case $word in -Dkontiki.started=*) : > \"${word#*=}\" ;; esac",
                        "done",
                        "exec tail -f /dev/null"));
        return javaHome;
    }

    /** A Java home whose java prints its arguments, and writes the archive that it is told to write. */
    private Path java(String version) throws IOException {
        Path javaHome = Files.createDirectories(directory.resolve("java-" + version));
        Files.writeString(javaHome.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        Path java = Files.createDirectories(javaHome.resolve("bin")).resolve("java");
        Files.write(
                java,
                List.of(
                        "#!/bin/sh",
                        "case $1 in -XX:ArchiveClassesAtExit=*) echo archive > \"${1#*=}\" ;; esac",
                        "printf '%s\\n' \"$@\""));
        Files.setPosixFilePermissions(java, fromString("rwxr-xr-x"));
        return javaHome;
    }

    /** What it printed, a line for each argument of java. */
    private List<String> run(Path command, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(Stream.concat(Stream.of(command.toString()), Arrays.stream(arguments))
                        .toList());
        builder.environment().keySet().removeIf(name -> name.startsWith("KONTIKI_"));
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), Line.BYTES);
        exitCode = process.waitFor();
        return List.of(output.replaceFirst("\n$", "").split("\n", -1));
    }
}
