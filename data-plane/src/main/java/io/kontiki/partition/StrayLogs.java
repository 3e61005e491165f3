package io.kontiki.partition;

import io.kontiki.log.ClosedLog;
import io.kontiki.log.LogName;
import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs that no metadata ask for (rule R13). They are renamed, and deleted after a day at the soonest: until then whoever
 * finds that the metadata were wrong can rename them back.
 *
 * <pre>
 * [log].[uuid].[ms since 1970 when it was renamed].stray
 * </pre>
 *
 * Of the log's name, if it is very long, only a part.
 */
final class StrayLogs {
    /** Rule R13 asks for a day. */
    static final Duration KEPT = Duration.ofHours(24);

    private static final Logger LOG = LoggerFactory.getLogger(StrayLogs.class);
    private static final Pattern NAME = Pattern.compile(".+\\.(\\d{1,18})\\.stray");

    private StrayLogs() {}

    /** Durable on return. */
    static void setAside(Disk disk, String directory, String why, long nowMillis) {
        String aside = LogName.aside(directory, "." + UUID.randomUUID() + "." + nowMillis + ".stray");
        LOG.warn("Renaming the log {} to {}: {}. It is deleted in {} hours", directory, aside, why, KEPT.toHours());
        disk.rename(directory, aside);
        disk.forceDirectory("");
    }

    /** Deletes what was set aside long enough ago. */
    static void deleteDue(LogDir dir, long nowMillis) {
        if (dir.isOffline()) {
            return;
        }
        Disk disk = dir.disk().orElseThrow();
        try {
            for (String name : disk.list("")) {
                Matcher matcher = NAME.matcher(name);
                if (matcher.matches() && nowMillis - Long.parseLong(matcher.group(1)) >= KEPT.toMillis()) {
                    LOG.info("Deleting {} in {}, which no metadata have asked for in a day", name, dir);
                    new ClosedLog(disk, name).delete();
                }
            }
        } catch (StorageException e) {
            LOG.warn("Cannot delete what is stray in {}", dir, e);
        }
    }
}
