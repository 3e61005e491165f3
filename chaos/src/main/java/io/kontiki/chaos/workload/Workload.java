package io.kontiki.chaos.workload;

import io.kontiki.chaos.check.Checker;
import io.kontiki.chaos.history.Anomaly;
import io.kontiki.chaos.history.Operation.Acks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** All producers and consumers of a run. Belongs to one thread. */
public final class Workload {
    /** As long as an application would want to go on trying. */
    private static final Duration PATIENT = Duration.ofSeconds(60);

    /** Short, so that records with an unknown outcome come about. */
    private static final Duration IMPATIENT = Duration.ofSeconds(4);

    private static final Duration READ_PATIENCE = Duration.ofSeconds(30);
    private static final int PRODUCERS = 4;
    private static final int PATIENT_PRODUCERS = 2;
    private static final int TAILS = 2;

    private final WorkloadTarget target;
    private final Recording recording;
    private final List<Sending> senders = new ArrayList<>();
    private final List<Reading> readers = new ArrayList<>();
    private final List<Thread> sending = new ArrayList<>();
    private final List<Thread> reading = new ArrayList<>();

    /** Producers that want every acknowledgement and go on trying. */
    private int patient = PRODUCERS - 1;

    private Workload(WorkloadTarget target, Recording recording) {
        this.target = target;
        this.recording = recording;
    }

    /** Starts to send and to read, so many records in a second in all. */
    public static Workload start(WorkloadTarget target, Recording recording, int recordsPerSecond) {
        Workload workload = new Workload(target, recording);
        double each = (double) recordsPerSecond / (PRODUCERS + 1);
        for (int number = 0; number < PRODUCERS; number++) {
            Duration timeout = number == PRODUCERS - 1 ? IMPATIENT : PATIENT;
            workload.add(new Sending(number, Acks.ALL, timeout, each, target, recording));
        }
        workload.add(new Sending(PRODUCERS, Acks.LEADER, PATIENT, each, target, recording));
        for (int number = 1; number <= TAILS; number++) {
            workload.add(new Reading("tail-" + number, false, target, recording));
        }
        workload.add(new Reading("jump-1", true, target, recording));
        return workload;
    }

    /**
     * As {@link #start}, but every producer wants every acknowledgement, and goes on trying.
     *
     * @param deliveryTimeout for so long
     */
    public static Workload startPatient(
            WorkloadTarget target, Recording recording, int recordsPerSecond, Duration deliveryTimeout) {
        Workload workload = new Workload(target, recording);
        workload.patient = PATIENT_PRODUCERS;
        for (int number = 0; number < PATIENT_PRODUCERS; number++) {
            double each = (double) recordsPerSecond / PATIENT_PRODUCERS;
            workload.add(new Sending(number, Acks.ALL, deliveryTimeout, each, target, recording));
        }
        workload.add(new Reading("tail-1", false, target, recording));
        return workload;
    }

    private void add(Sending sender) {
        senders.add(sender);
        sending.add(started(sender, "chaos-sending-" + senders.size()));
    }

    private void add(Reading reader) {
        readers.add(reader);
        reading.add(started(reader, "chaos-reading-" + readers.size()));
    }

    private static Thread started(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Stops sending and waits for the last answers, then stops reading. */
    public void stop() throws InterruptedException {
        senders.forEach(Sending::stop);
        for (Thread thread : sending) {
            thread.join();
        }
        senders.forEach(sender -> sender.close(PATIENT));
        readers.forEach(Reading::stop);
        for (Thread thread : reading) {
            thread.join();
        }
    }

    /** Sends that failed though their producer wants every acknowledgement and goes on trying. */
    public long patientFailures() {
        return IntStream.range(0, patient).mapToLong(recording::failures).sum();
    }

    /**
     * Reads the whole topic once more, when nothing is sent any longer.
     *
     * @return where each partition's committed records end, as far as they could be read
     */
    public Map<Integer, Long> readInTheEnd() {
        Reading last = new Reading(Checker.FINAL_READER, false, target, recording);
        if (!last.readAll(READ_PATIENCE)) {
            recording.notice(
                    Anomaly.READ_REFUSED, "the topic could not be read to its end after everything was healed");
        }
        return last.ends();
    }
}
