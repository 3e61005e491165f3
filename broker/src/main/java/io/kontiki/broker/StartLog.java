package io.kontiki.broker;

import io.kontiki.broker.logging.JsonLines;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first screen of the log: what an operator must know to tell one broker, and one run, from another. */
final class StartLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.kontiki.broker.Broker");

    private StartLog() {}

    static void begin(BrokerConfig config, DataDirectories directories) {
        var identity = directories.identity();
        JsonLines.name(identity.brokerId());
        LOG.info(
                "Kontiki {} starts as broker {} of cluster {} (Java {}, process {})",
                Version.current(),
                identity.brokerId(),
                identity.clusterId(),
                Runtime.version(),
                ProcessHandle.current().pid());
        config.explicitSettings().forEach(setting -> LOG.info("Setting {}", setting));
        config.warnings().forEach(warning -> LOG.warn("Configuration: {}", warning));
        LOG.info("Data directories {} ({})", directories.logDirs(), lastRun(directories));
        checkDescriptors(Descriptors.ofThisProcess(), directories.logDirs().size());
    }

    private static void checkDescriptors(Descriptors descriptors, int dirs) {
        if (descriptors.areFew()) {
            LOG.warn(
                    "This process may have {} files and connections open at a time, so it takes {} connections and keeps {}"
                            + " files of each log directory open. Raise the limit to {} or more: ulimit -n, LimitNOFILE"
                            + " of systemd, --ulimit nofile of a container",
                    descriptors.max(),
                    descriptors.connectionsMax(),
                    descriptors.openFilesMax(dirs),
                    Descriptors.RECOMMENDED);
        }
    }

    private static String lastRun(DataDirectories directories) {
        if (directories.fresh()) {
            return "new";
        }
        return switch (directories.claim()) {
            case RESTART_CLAIM_CLEAN -> "the last run stopped in order";
            case RESTART_CLAIM_PROCESS_CRASH -> "the last run died; what it wrote is there";
            case RESTART_CLAIM_DURABLE -> "the machine went down in the last run; what was forced to the disk is there";
            case RESTART_CLAIM_UNCLEAN, RESTART_CLAIM_UNSPECIFIED, UNRECOGNIZED -> "nothing is known of the last run";
        };
    }
}
