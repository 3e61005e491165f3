package io.kontiki.quorum.ratis;

import io.kontiki.quorum.ratis.QuorumConfig.ElectionTimeout;
import io.kontiki.quorum.ratis.QuorumConfig.Snapshots;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Our choice of Ratis' settings, apart for one voter, which has nobody to wait for, and for several. */
final class RatisProperties {
    /** Largest entry that any setting below lets into a log. */
    static final SizeInBytes ENTRY_BYTES_MAX = mebibytes(4);

    /** Silence after which a voter that is being added is given up. */
    static final Duration STAGING_TIMEOUT = Duration.ofSeconds(10);

    private RatisProperties() {}

    /** @param single whether it is the only voter of its quorum now */
    static RaftProperties of(QuorumConfig config, boolean single) {
        var properties = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(
                properties, List.of(config.storageDirectory().toFile()));
        network(properties, config, single);
        elections(properties, config.electionTimeout().orElse(ElectionTimeout.USUAL), single);
        log(properties, single);
        var snapshots = snapshots(config, single);
        purge(properties, snapshots);
        snapshots(properties, snapshots);
        requests(properties, single);
        return properties;
    }

    static Snapshots snapshots(QuorumConfig config, boolean single) {
        return config.snapshots().orElseGet(() -> Snapshots.usual(single));
    }

    private static void network(RaftProperties properties, QuorumConfig config, boolean single) {
        config.bindHost().ifPresent(host -> GrpcConfigKeys.Server.setHost(properties, host));
        GrpcConfigKeys.Server.setPort(properties, config.bindPort());
        // Event loops are idle most of the time; the default is two per core, twice.
        GrpcConfigKeys.Server.setBossGroupSize(properties, 1);
        GrpcConfigKeys.Server.setWorkerGroupSize(properties, single ? 1 : 2);
        GrpcConfigKeys.Client.setWorkerGroupSize(properties, single ? 1 : 2);
    }

    private static void elections(RaftProperties properties, ElectionTimeout timeout, boolean single) {
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, time(timeout.min()));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, time(timeout.max()));
        // A cold start need not wait for a full time-out: the pre-vote protects a running leader.
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(single ? 20 : 150));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(single ? 40 : 300));
        RaftServerConfigKeys.Rpc.setRequestTimeout(properties, millis(2_000));
        RaftServerConfigKeys.Rpc.setSlownessTimeout(properties, millis(5_000));
        RaftServerConfigKeys.LeaderElection.setPreVote(properties, true);
        // Also how long a deposed leader may not campaign: the default of 10 s can cost availability.
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, millis(1_000));
        // Beyond this pause Ratis closes itself in a live process. A laptop sleeps longer.
        RaftServerConfigKeys.setCloseThreshold(properties, millis(single ? 86_400_000 : 300_000));
        RaftServerConfigKeys.setStagingTimeout(properties, time(STAGING_TIMEOUT));
        RaftServerConfigKeys.Notification.setNoLeaderTimeout(properties, millis(5_000));
    }

    private static void log(RaftProperties properties, boolean single) {
        RaftServerConfigKeys.Log.setUseMemory(properties, false);
        // Acknowledged before it is on the disk, both of them (rule Q3).
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(properties, false);
        // Otherwise a follower answers entries that came twice, the second time with more behind them, with the end
        // of the longer request once the shorter one is written: it acknowledges what it has not (decision 21).
        RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(properties, false);
        RaftServerConfigKeys.Log.setCorruptionPolicy(properties, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
        RaftServerConfigKeys.Log.setForceSyncNum(properties, 512);
        // One entry must fit the appender's buffer, and that the write buffer with its frame of 8 bytes.
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, single ? mebibytes(2) : ENTRY_BYTES_MAX);
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, mebibytes(single ? 3 : 8));
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, mebibytes(single ? 16 : 32));
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, mebibytes(single ? 1 : 4));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, single ? 2 : 3);
        // Lets a restarted member of several apply its tail before there is a leader.
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, !single);
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(properties, true);
        RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(properties, mebibytes(4));
        // The default sleeps up to 7.5 s between late tries, deaf to a peer that is back.
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(properties, "1ms,10,500ms,20,1s,1000");
    }

    private static void purge(RaftProperties properties, Snapshots snapshots) {
        // A dead peer must not fill the disks.
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Log.setPurgePreservationLogNum(properties, snapshots.retained());
        RaftServerConfigKeys.Log.setPurgeGap(properties, (int) Math.min(5_000, 1 + snapshots.entries() / 10));
    }

    private static void snapshots(RaftProperties properties, Snapshots snapshots) {
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(properties, snapshots.entries());
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
        // The default keeps all of them.
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, 2);
    }

    private static void requests(RaftProperties properties, boolean single) {
        if (single) {
            RaftServerConfigKeys.Write.setElementLimit(properties, 1_024);
            RaftServerConfigKeys.Write.setByteLimit(properties, mebibytes(8));
        }
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, millis(single ? 30_000 : 60_000));
    }

    private static TimeDuration millis(long value) {
        return TimeDuration.valueOf(value, TimeUnit.MILLISECONDS);
    }

    private static TimeDuration time(Duration value) {
        return millis(value.toMillis());
    }

    private static SizeInBytes mebibytes(int value) {
        return SizeInBytes.valueOf((long) value << 20);
    }
}
