package io.kontiki.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Tells a crash of the process from one of the machine (rule R5): as long as the machine runs and the file systems stay
 * mounted, what was written is there, forced or not. A volume that was cut off and mounted again has forgotten the rest,
 * though the machine never stopped. Linux makes a node below {@code /sys/fs} for each mount of ext4 and xfs, and gives no
 * two of them the same inode number in one boot, while it does use the numbers of mounts again. Of other file systems
 * nothing but the boot is known.
 */
final class Boot {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path FILE_SYSTEMS = Path.of("/sys/fs");

    private Boot() {}

    /** Of a machine with its mounts; empty where the system does not tell: then each crash may be one of the machine. */
    static String id(List<Path> directories) {
        return id(directories, BOOT_ID, FILE_SYSTEMS);
    }

    static String id(List<Path> directories, Path bootId, Path fileSystems) {
        try {
            var boot = Files.readString(bootId).strip();
            var mounts = directories.stream()
                    .flatMap(directory -> mount(directory, fileSystems).stream())
                    .distinct()
                    .sorted()
                    .collect(Collectors.joining("+"));
            return mounts.isEmpty() || boot.isEmpty() ? boot : boot + "+" + mounts;
        } catch (IOException e) {
            return "";
        }
    }

    private static Optional<String> mount(Path directory, Path fileSystems) {
        try {
            var store = Files.getFileStore(existing(directory));
            var device = Path.of(store.name());
            // The node has the device's own name, as dm-0 for /dev/mapper/data.
            var name = (Files.exists(device) ? device.toRealPath() : device).getFileName();
            var node = fileSystems.resolve(store.type()).resolve(name);
            return Files.exists(node)
                    ? Optional.of(store.type() + ":" + name + ":" + Files.getAttribute(node, "unix:ino"))
                    : Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** What is not made yet will be on the file system of what is there. */
    private static Path existing(Path directory) {
        var path = directory.toAbsolutePath();
        while (!Files.exists(path) && path.getParent() != null) {
            path = path.getParent();
        }
        return path;
    }
}
