package io.kontiki.chaos;

import io.kontiki.chaos.cluster.BrokerSetup;
import io.kontiki.chaos.cluster.ChaosCluster;
import io.kontiki.chaos.cluster.Layout;
import io.kontiki.chaos.cluster.ReplicaComparison;
import io.kontiki.chaos.fault.FaultRunner;
import io.kontiki.chaos.fault.Schedule;
import io.kontiki.chaos.history.Anomaly;
import io.kontiki.chaos.history.HistoryFile;
import io.kontiki.chaos.history.Operation;
import io.kontiki.chaos.report.Report;
import io.kontiki.chaos.workload.Recording;
import io.kontiki.chaos.workload.Workload;
import io.kontiki.chaos.workload.WorkloadTarget;
import io.kontiki.localcluster.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One run: a load, an assault on the cluster, healing, and the check.
 *
 * @param title for the report
 * @param directory for all that the run leaves
 * @param recordsPerSecond the load
 * @param servingMax within this time after healing each partition must take records (promise F)
 */
record Run(
        String title,
        Layout layout,
        BrokerSetup setup,
        Assault assault,
        Path directory,
        int recordsPerSecond,
        Duration servingMax,
        Console console) {
    /** How much longer than it may take it is waited for a partition, so that it is seen how long it took. */
    private static final Duration SERVING_EXTRA = Duration.ofSeconds(30);

    private static final Duration WHOLE_PATIENCE = Duration.ofSeconds(90);
    private static final Duration WARM_UP = Duration.ofMinutes(2);
    private static final Duration LAST_LOAD = Duration.ofSeconds(3);

    /** What is done to the cluster under load. All of it is over when it returns. */
    interface Assault {
        void strike(ChaosCluster cluster, FaultRunner runner, Recording recording)
                throws IOException, InterruptedException;

        /** As far as it was known beforehand. */
        Schedule schedule();
    }

    /** What a schedule tells. */
    record Scheduled(Schedule schedule) implements Assault {
        @Override
        public void strike(ChaosCluster cluster, FaultRunner runner, Recording recording)
                throws IOException, InterruptedException {
            runner.run(schedule, 0, 1);
        }
    }

    /** Returns what came of it, which is in the directory, too. */
    Report execute() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("schedule.txt"), assault.schedule().text());
        Path brokers = Files.createDirectory(directory.resolve("brokers"));
        Warden warden = Warden.watch(brokers);
        try {
            record(brokers);
        } finally {
            warden.close();
        }
        return Report.write(directory, title, servingMax);
    }

    private void record(Path brokers) throws IOException, InterruptedException {
        try (HistoryFile history = HistoryFile.create(directory.resolve(HistoryFile.NAME));
                ChaosCluster cluster = ChaosCluster.start(layout, setup, brokers)) {
            Recording recording = new Recording(history, layout.partitions());
            MachineLoad load = MachineLoad.watch(recording);
            try {
                strike(cluster, recording);
            } finally {
                load.close();
                cluster.copyLogs(directory);
            }
        }
    }

    private void strike(ChaosCluster cluster, Recording recording) throws IOException, InterruptedException {
        WorkloadTarget target = new WorkloadTarget(cluster.bootstrap(), ChaosCluster.TOPIC, layout.partitions());
        Workload workload = Workload.start(target, recording, recordsPerSecond);
        FaultRunner runner = new FaultRunner(cluster, recording, console);
        // Else a slow machine's faults would meet no load, and the verdict would say nothing.
        if (!runner.tendUntil(() -> recording.allServedSince(1), WARM_UP)) {
            recording.notice(Anomaly.NOT_SERVING, "before any fault, within " + WARM_UP.toSeconds() + " s");
        }
        try {
            assault.strike(cluster, runner, recording);
        } catch (IllegalStateException e) {
            recording.notice(Anomaly.RUN_FAILED, e.getMessage());
        }
        console.finish();
        long healed = recording.now();
        recording.write(new Operation.Healed(healed));
        runner.tell("healed, " + recording.acknowledged() + " records acknowledged");
        runner.tendUntil(() -> recording.allServedSince(healed), servingMax.plus(SERVING_EXTRA));
        runner.tendUntil(() -> false, LAST_LOAD);
        workload.stop();
        if (assault.schedule().settings().getOrDefault("errors", "").equals("none") && workload.patientFailures() > 0) {
            recording.notice(
                    Anomaly.SEND_FAILED,
                    workload.patientFailures() + " sends of producers with a time-out of a minute");
        }
        try {
            cluster.awaitWhole(WHOLE_PATIENCE);
        } catch (IllegalStateException e) {
            recording.notice(Anomaly.REPLICAS_DIFFER, e.getMessage());
        }
        Map<Integer, Long> committed = workload.readInTheEnd();
        stopAll(cluster, recording);
        committed.forEach((partition, end) -> compare(cluster, recording, partition, end));
    }

    private void stopAll(ChaosCluster cluster, Recording recording) {
        for (int broker : cluster.ids()) {
            if (!cluster.stop(broker)) {
                recording.notice(Anomaly.BROKER_ENDED, "broker " + broker + " had to be killed in the end");
            }
        }
    }

    private static void compare(ChaosCluster cluster, Recording recording, int partition, long committed) {
        Map<Integer, Path> logs = new TreeMap<>();
        cluster.replicas(partition).forEach(broker -> logs.put(broker, cluster.log(broker, partition)));
        Optional<String> difference = ReplicaComparison.difference(logs, committed);
        difference.ifPresent(text -> recording.notice(Anomaly.REPLICAS_DIFFER, "partition " + partition + ": " + text));
    }
}
