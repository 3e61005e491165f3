package io.kontiki.chaos;

import io.kontiki.chaos.cluster.ProcessorTime;
import io.kontiki.chaos.history.Operation;
import io.kontiki.chaos.workload.Recording;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Notes every second who had the machine's processors, so that a busy machine is not taken for a slow product. */
final class MachineLoad {
    private static final double TICKS_PER_SECOND = 100;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private final Recording recording;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "chaos-machine-load");
        thread.setDaemon(true);
        return thread;
    });
    private Optional<ProcessorTime> last = Optional.empty();
    private long lastNanos;

    private MachineLoad(Recording recording) {
        this.recording = recording;
    }

    static MachineLoad watch(Recording recording) {
        MachineLoad load = new MachineLoad(recording);
        load.timer.scheduleAtFixedRate(load::look, 0, 1, TimeUnit.SECONDS);
        return load;
    }

    private void look() {
        long now = recording.now();
        Optional<ProcessorTime> time =
                ProcessorTime.now().map(read -> last.map(read::notBefore).orElse(read));
        if (time.isPresent() && last.isPresent()) {
            ProcessorTime used = time.get().since(last.get());
            double whole = (now - lastNanos) / 1e9 * TICKS_PER_SECOND * PROCESSORS;
            recording.write(new Operation.Busy(
                    now,
                    used.own() / whole,
                    used.children() / whole,
                    Math.max(0, used.all() - used.own() - used.children()) / whole));
        }
        last = time;
        lastNanos = now;
    }

    void close() {
        timer.shutdownNow();
    }
}
