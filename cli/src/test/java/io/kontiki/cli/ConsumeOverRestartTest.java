package io.kontiki.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A command that reads in a group, while its only broker is away and starts again. */
@Timeout(180)
class ConsumeOverRestartTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    /** Holds the command back at the second record, printed and not committed. */
    private static final class Gate extends ByteArrayOutputStream {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch opened = new CountDownLatch(1);

        @Override
        public void write(byte[] bytes) throws IOException {
            write(bytes, 0, bytes.length);
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            super.write(bytes, from, length);
            if (new String(bytes, from, length, UTF_8).contains("two")) {
                reached.countDown();
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                if (reached.getCount() == 0 && !opened.await(LONG.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IOException("never opened");
                }
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }
    }

    private static void produce(CommandBroker broker, String text) {
        var run = broker.command().input(text);
        assertThat(run.run("produce", "orders")).as(run.err()).isEqualTo(ExitCode.DONE);
    }

    private static String lag(CommandBroker broker) {
        return broker.run(ExitCode.DONE, "group", "lag", "billing", "-o", "jsonl")
                .out();
    }

    @Test
    void whatIsPrintedIsCommittedOnceTheBrokerServesAgain() throws Exception {
        var before = CommandBroker.start(directory);
        before.run(ExitCode.DONE, "topic", "create", "orders");
        produce(before, "one\n");
        var out = new Gate();
        var run = before.command().outputTo(out);
        var ended = CompletableFuture.supplyAsync(
                () -> run.run("consume", "orders", "--group", "billing", "--timeout", "2s"));
        await().atMost(LONG).until(() -> out.toString(UTF_8).equals("one\n"));
        produce(before, "two\n");
        assertThat(out.reached.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        before.close();
        out.opened.countDown();
        await().atMost(LONG).until(() -> run.err().contains("not committed yet, trying again") || ended.isDone());
        assertThat(ended).as(run.err()).isNotDone();

        try (var after = before.again(directory)) {
            await().atMost(LONG).until(() -> lag(after).contains("\"lagRecords\":0,"));
            produce(after, "three\n");
            await().atMost(LONG).until(() -> out.toString(UTF_8).equals("one\ntwo\nthree\n"));
            run.stop().request();
            assertThat(ended.get(LONG.toSeconds(), TimeUnit.SECONDS))
                    .as(run.err())
                    .isEqualTo(ExitCode.INTERRUPTED);
            assertThat(lag(after)).contains("\"lagRecords\":0,");
        }
    }

    /** Ends with what it has to say of the brokers, and not as if there were nothing to read. */
    @Test
    void nobodyThereIsNotTheEndOfATopic() throws Exception {
        var broker = CommandBroker.start(directory);
        broker.close();

        var run = broker.command();
        assertThat(run.run("consume", "orders", "--group", "billing", "--until", "end", "--timeout", "1s"))
                .as(run.err())
                .isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err()).contains("no broker answered");
    }
}
