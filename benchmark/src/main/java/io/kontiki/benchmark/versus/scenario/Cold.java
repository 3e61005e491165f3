package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.cluster.PageCache;
import io.kontiki.benchmark.versus.cluster.ProcessUse;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.util.List;

/** As consume, but what is read has to come from the disk, and the brokers have just been started. */
final class Cold extends PeerScenario {
    /** Of the logs' bytes this share at least must have come from the disk, or the measurement was not what it says. */
    private static final double SHARE_FROM_DISK_MIN = 0.8;

    @Override
    public String name() {
        return "cold";
    }

    @Override
    public String meaning() {
        return "MB/s of one consumer, from the disk: the brokers restarted, the page cache without their files";
    }

    @Override
    public Parameters defaults() {
        return Throughput.consume().defaults();
    }

    @Override
    String work() {
        return "cold";
    }

    @Override
    List<Figure> measure(Trial trial, BrokerSet brokers, LoadProcess load) throws IOException {
        PageCache cache = new PageCache(trial.directory());
        load.await("written");
        trial.progress("stopping the brokers");
        brokers.stop();
        trial.progress("dropping their files from the page cache");
        long segmentBytes = cache.segmentBytes();
        cache.drop();
        brokers.start();
        load.go();
        load.await("ready");
        trial.progress("measuring");
        long before = ProcessUse.diskReadBytes(brokers.pids());
        Window window = Window.until("done", brokers, load);
        requireFromDisk(ProcessUse.diskReadBytes(brokers.pids()) - before, segmentBytes / brokers.count());
        return window.throughput();
    }

    private static void requireFromDisk(long read, long expected) throws IOException {
        if (read < SHARE_FROM_DISK_MIN * expected) {
            throw new IOException("of logs of " + expected + " bytes only " + read
                    + " came from the disk: the records were not cold");
        }
    }
}
