package io.kontiki.benchmark.versus.load;

import io.grpc.Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.logging.LogManager;

/** A process that measures what the machine gives at most: {@code serve}, {@code stream} or {@code file}, {@code key=value ...}. */
public final class CeilingMain {
    /** Before the clock runs, this share of the bytes is sent. */
    private static final int WARM_UP_SHARE = 4;

    private CeilingMain() {}

    public static void main(String[] args) throws Exception {
        LogManager.getLogManager().reset();
        Dialogue dialogue = new Dialogue(System.in, System.out);
        Parameters parameters = Parameters.of(List.of(args).subList(1, args.length));
        switch (args[0]) {
            case "serve" -> serve(dialogue);
            case "stream" -> stream(parameters, dialogue);
            case "file" -> file(parameters, dialogue);
            default -> throw new IllegalArgumentException("unknown ceiling '" + args[0] + "'");
        }
        System.exit(0);
    }

    private static void serve(Dialogue dialogue) throws IOException {
        Server server = BareStream.serve();
        dialogue.step("ready", Parameters.of("port=" + server.getPort()));
        server.shutdownNow();
    }

    private static void stream(Parameters parameters, Dialogue dialogue) throws IOException, InterruptedException {
        int port = parameters.number("port", 1, 65_535);
        long messages = messages(parameters);
        byte[] message = message();
        BareStream.send(port, message, Math.max(1, messages / WARM_UP_SHARE));
        dialogue.step("ready");
        long start = System.nanoTime();
        BareStream.send(port, message, messages);
        dialogue.step("done", facts(start, messages));
    }

    private static void file(Parameters parameters, Dialogue dialogue) throws IOException {
        long messages = messages(parameters);
        ByteBuffer message =
                ByteBuffer.allocateDirect(StreamMethod.MESSAGE_BYTES).put(message());
        Path directory = Path.of(parameters.text("directory"));
        write(directory.resolve("warm-up"), message, Math.max(1, messages / WARM_UP_SHARE));
        dialogue.step("ready");
        long start = System.nanoTime();
        write(directory.resolve("load"), message, messages);
        dialogue.step("done", facts(start, messages));
    }

    /** Nothing is forced to the disk, as with the brokers that it is compared with. */
    private static void write(Path file, ByteBuffer message, long messages) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long i = 0; i < messages; i++) {
                message.clear();
                while (message.hasRemaining()) {
                    channel.write(message);
                }
            }
        }
    }

    private static byte[] message() {
        byte[] message = new byte[StreamMethod.MESSAGE_BYTES];
        new SplittableRandom(1).nextBytes(message);
        return message;
    }

    private static long messages(Parameters parameters) {
        return Math.max(1, parameters.number("mb", 1, 1_000_000) * 1_000_000L / StreamMethod.MESSAGE_BYTES);
    }

    private static Parameters facts(long startNanos, long messages) {
        return Parameters.of(
                "nanos=" + (System.nanoTime() - startNanos), "bytes=" + messages * StreamMethod.MESSAGE_BYTES);
    }
}
