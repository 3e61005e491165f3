package io.kontiki.broker;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.kontiki.log.CleanEnd;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes in place of one of the files in a data directory: they are read, or refused as documented. */
class BrokerFilesFuzzTest {
    private static final UUID RUN = new UUID(1, 2);
    private static final UUID DIRECTORY = new UUID(3, 4);

    /** How two logs ended. */
    private static final String LINES =
            "00000000-0000-0005-0000-000000000006 7 8 9\n00000000-0000-0005-0000-000000000006 0 0 -1";

    @TempDir
    static Path root;

    static Stream<byte[]> soundFiles() throws IOException {
        Path directory = Files.createTempDirectory("files");
        var disk = new FileDisk(directory);
        PropertiesFile.write(disk, Run.FILE, Run.first(RUN, "boot").asServed().toProperties());
        PropertiesFile.write(
                disk, Identity.FILE, new Identity("c", 1, DIRECTORY, Optional.of(DIRECTORY)).toProperties());
        CleanMarker.write(disk, RUN, DIRECTORY, Map.of(new TopicPartition(new UUID(5, 6), 7), new CleanEnd(8, 9)));
        List<byte[]> files = List.of(
                taken(directory, 0, Run.FILE),
                taken(directory, 1, Identity.FILE),
                taken(directory, 2, CleanMarker.FILE),
                prefixed(3, LINES.getBytes(StandardCharsets.UTF_8)));
        Files.delete(directory);
        return files.stream();
    }

    private static byte[] taken(Path directory, int choice, String name) throws IOException {
        byte[] content = Files.readAllBytes(directory.resolve(name));
        Files.delete(directory.resolve(name));
        return prefixed(choice, content);
    }

    private static byte[] prefixed(int choice, byte[] content) {
        return ByteBuffer.allocate(1 + content.length)
                .put((byte) choice)
                .put(content)
                .array();
    }

    @MethodSource("soundFiles")
    @FuzzTest
    void broker(byte[] data) throws IOException {
        if (data.length == 0) {
            return;
        }
        byte[] content = Arrays.copyOfRange(data, 1, data.length);
        var disk = new FileDisk(root);
        switch (data[0] & 3) {
            case 0 -> {
                Files.write(root.resolve(Run.FILE), content);
                try {
                    Run.of(PropertiesFile.read(disk, Run.FILE, Run.FILE_BYTES_MAX));
                } catch (IllegalArgumentException documented) {
                    // That is the answer.
                }
            }
            case 1 -> {
                Files.write(root.resolve(Identity.FILE), content);
                try {
                    DataDirectory.open(root, 100).close();
                } catch (BrokenDirectoryException documented) {
                    // That is the answer.
                }
            }
            case 2 -> {
                Files.write(root.resolve(CleanMarker.FILE), content);
                CleanMarker.read(disk, RUN, DIRECTORY);
            }
            default -> {
                Files.write(root.resolve(CleanMarker.FILE), framed(content));
                CleanMarker.read(disk, RUN, DIRECTORY);
            }
        }
    }

    /** Any lines, between the right first ones and a right checksum. */
    private static byte[] framed(byte[] lines) {
        String body = "clean 1\n" + RUN + "\n" + DIRECTORY + "\n" + new String(lines, StandardCharsets.UTF_8) + "\n";
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return (body + Long.toHexString(crc.getValue()) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
