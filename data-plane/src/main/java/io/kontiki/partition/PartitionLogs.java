package io.kontiki.partition;

import io.kontiki.log.DamagedLogException;
import io.kontiki.log.ForeignLogException;
import io.kontiki.log.LogConfig;
import io.kontiki.log.LogFailedException;
import io.kontiki.log.PartitionLog;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory that holds this broker's logs, one directory each. Recovers all of them at start and hands them out as
 * the metadata asks for them. One thread at a time.
 */
public final class PartitionLogs {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionLogs.class);
    private static final Pattern NAME = Pattern.compile("([a-zA-Z0-9._-]{1,249})-(\\d{1,9})");
    private static final String STRAY_SUFFIX = ".stray";

    private final Disk disk;
    private final LogConfig defaults;
    private final Runnable damageFound;
    private final Map<TopicPartition, PartitionLog> recovered = new HashMap<>();
    private final List<TopicPartition> damaged = new ArrayList<>();
    private boolean straysSetAside;

    /**
     * @param defaults settings that no topic configuration overrides
     * @param damageFound called before the first bytes are moved aside, which no later run will find again: what the next
     *     run claims must not cover them (rule R3)
     */
    public PartitionLogs(Disk disk, LogConfig defaults, Runnable damageFound) {
        this.disk = disk;
        this.defaults = defaults;
        this.damageFound = damageFound;
    }

    /**
     * What recovery found.
     *
     * @param damaged partitions that have lost acknowledged records here: the broker must not claim them
     * @param unknown directories with segments that do not tell whose they are: the broker must claim nothing at all, for
     *     any partition may be among them
     */
    public record Recovery(int logs, long cutBytes, List<TopicPartition> damaged, List<String> unknown) {
        public Recovery {
            damaged = List.copyOf(damaged);
            unknown = List.copyOf(unknown);
        }
    }

    /** Opens every log there is, which recovers it. */
    public Recovery recover() {
        long cutBytes = 0;
        List<String> unknown = new ArrayList<>();
        for (String directory : disk.list("")) {
            Matcher matcher = NAME.matcher(directory);
            if (matcher.matches()) {
                Optional<UUID> topicId = PartitionLog.topicIdIn(disk, directory);
                if (topicId.isPresent()) {
                    cutBytes +=
                            recover(directory, new TopicPartition(topicId.get(), Integer.parseInt(matcher.group(2))));
                } else if (mayHoldBatches(directory)) {
                    LOG.error("The log {} does not tell which topic it belongs to", directory);
                    unknown.add(directory);
                }
            }
        }
        return new Recovery(recovered.size(), cutBytes, damaged, unknown);
    }

    private boolean mayHoldBatches(String directory) {
        try {
            return PartitionLog.hasSegments(disk, directory);
        } catch (StorageException e) {
            LOG.error("Cannot list {}", directory, e);
            return true;
        }
    }

    private long recover(String directory, TopicPartition id) {
        try {
            PartitionLog log = openOrSetDamageAside(directory, id);
            recovered.put(id, log);
            if (log.recovery().hasCut()) {
                LOG.info(
                        "Recovered {}: cut {} bytes behind offset {}",
                        directory,
                        log.recovery().cutBytes(),
                        log.endOffset());
            }
            return log.recovery().cutBytes();
        } catch (StorageException e) {
            LOG.error("Cannot open the log {}: its partition stays offline here", directory, e);
            damaged.add(id);
            return 0;
        }
    }

    private PartitionLog openOrSetDamageAside(String directory, TopicPartition id) {
        try {
            return PartitionLog.open(disk, directory, id.topicId(), defaults);
        } catch (DamagedLogException e) {
            LOG.error("{}. What is damaged is kept aside; the rest comes back from the leader", e.getMessage());
            damageFound.run();
            damaged.add(id);
            PartitionLog.setDamageAside(disk, directory, e);
            return PartitionLog.open(disk, directory, id.topicId(), defaults);
        }
    }

    /** The log of a replica, recovered or new; empty if the disk fails. */
    Optional<PartitionLog> take(TopicPartition id, String directory, TopicConfig config) {
        PartitionLog known = recovered.remove(id);
        if (known != null) {
            known.configure(settings(config));
            return Optional.of(known);
        }
        try {
            return Optional.of(openNew(id, directory, settings(config)));
        } catch (StorageException e) {
            LOG.error("Cannot open the log {}: its partition stays offline here", directory, e);
            return Optional.empty();
        }
    }

    /** The log's settings for a topic. */
    LogConfig settings(TopicConfig config) {
        var retention = config.retention();
        var compaction = config.compaction();
        return defaults.withSegmentBytes(config.segments().bytes())
                .withSegmentMillis(segmentMillis(config))
                .withIndexIntervalBytes(config.segments().indexIntervalBytes())
                .withMaxMessageBytes(config.messages().maxBytes())
                .withRetention(
                        retention.enabled()
                                ? new LogConfig.Retention(retention.millis(), retention.bytes())
                                : LogConfig.Retention.UNLIMITED)
                .withCompaction(new LogConfig.Compaction(
                        compaction.enabled(),
                        compaction.minDirtyRatio(),
                        compaction.minLagMillis(),
                        compaction.maxLagMillis(),
                        compaction.deleteRetentionMillis()));
    }

    /** KIP-354: the segment that grows is not compacted, so it must be closed before its records are due. */
    private static long segmentMillis(TopicConfig config) {
        long millis = config.segments().millis();
        return config.compaction().enabled()
                ? Math.min(millis, config.compaction().maxLagMillis())
                : millis;
    }

    private PartitionLog openNew(TopicPartition id, String directory, LogConfig settings) {
        try {
            return PartitionLog.open(disk, directory, id.topicId(), settings);
        } catch (ForeignLogException e) {
            // Mostly an earlier topic of the same name, deleted while this broker was down (rule M5).
            setAside(directory, e.getMessage());
            return PartitionLog.open(disk, directory, id.topicId(), settings);
        }
    }

    /** Rule R13: logs that the metadata does not give to this broker are renamed, not deleted. Acts once. */
    void setStraysAside(MetadataImage image) {
        if (straysSetAside) {
            return;
        }
        straysSetAside = true;
        recovered.forEach((id, log) -> {
            String directory = log.directory();
            log.close();
            if (disk.exists(directory)) {
                setAside(directory, "the cluster has no such partition on this broker");
            }
        });
        recovered.clear();
    }

    private void setAside(String directory, String why) {
        String aside = directory + "." + UUID.randomUUID() + STRAY_SUFFIX;
        LOG.warn("Renaming the log {} to {}: {}. Delete it when you are sure", directory, aside, why);
        disk.rename(directory, aside);
        disk.forceDirectory("");
    }

    void delete(PartitionLog log) {
        try {
            log.delete();
        } catch (StorageException | LogFailedException e) {
            LOG.error("Cannot delete the log {}", log.directory(), e);
        }
    }

    /** Whether everything that the log was given is on the disk now. */
    boolean close(PartitionLog log) {
        try {
            log.close();
            return !log.isFailed();
        } catch (StorageException | LogFailedException e) {
            LOG.error("Cannot close the log {} in order", log.directory(), e);
            return false;
        }
    }
}
