package io.kontiki.chaos.check;

import io.kontiki.chaos.history.Anomaly;
import io.kontiki.chaos.history.Operation;
import io.kontiki.chaos.history.Operation.Acks;
import io.kontiki.chaos.history.Operation.Busy;
import io.kontiki.chaos.history.Operation.Healed;
import io.kontiki.chaos.history.Operation.Noticed;
import io.kontiki.chaos.history.Operation.Read;
import io.kontiki.chaos.history.Operation.ReadFailed;
import io.kontiki.chaos.history.Operation.Seen;
import io.kontiki.chaos.history.Operation.Send;
import io.kontiki.chaos.history.Operation.Strike;
import io.kontiki.chaos.history.Outcome;
import io.kontiki.chaos.history.RecordId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Finds what is wrong in a history. All operations are handed over first, in the order of the file; those of one consumer
 * must be in the order of its reads. Not thread-safe; used once.
 *
 * <p>Anomalies are those of Jepsen's analyses of Kafka and Redpanda, as far as a log without transactions can have them.
 */
public final class Checker {
    /** The consumer that reads everything once more when all is quiet; what it sees is the log. */
    public static final String FINAL_READER = "final";

    private static final String BEYOND = "OFFSET_OUT_OF_RANGE";

    /** Readers may see what an election came to so long before the operator is told of it. */
    private static final long TOLD_NANOS_MAX = 10_000_000_000L;

    private final long servingNanosMax;
    private final Findings findings = new Findings();

    /** By partition, then by producer. */
    private final Map<Integer, Map<Integer, SentLog>> sent = new TreeMap<>();

    private final Map<Integer, ReadLog> readByAnyone = new TreeMap<>();
    private final Map<Integer, ReadLog> readInTheEnd = new TreeMap<>();
    private final Map<Integer, Map<String, ReaderProgress>> readers = new TreeMap<>();
    private final Map<Integer, GivenUp> givenUp = new TreeMap<>();
    private final List<Divergence> divergences = new ArrayList<>();
    private final Map<Integer, Long> firstServed = new TreeMap<>();
    private Optional<Long> healed = Optional.empty();
    private final Map<String, Long> tallies = new LinkedHashMap<>();

    /** Two reads of one offset that found different records; an election told of just behind it may explain it. */
    private record Divergence(int partition, long offset, long at, String detail) {}

    /** @param servingNanosMax within this time after healing each partition must have taken a record */
    public Checker(long servingNanosMax) {
        this.servingNanosMax = servingNanosMax;
        for (String name :
                new String[] {"sent", "acknowledged", "refused", "unknown", "acks=1 lost", "given up", "read", "strikes"
                }) {
            tallies.put(name, 0L);
        }
    }

    /** Takes the next operation. */
    public void onOperation(Operation operation) {
        if (operation instanceof Send send) {
            onSend(send);
        } else if (operation instanceof Read read) {
            onRead(read);
        } else if (operation instanceof ReadFailed failed) {
            onReadFailed(failed);
        } else if (operation instanceof Strike) {
            tallies.merge("strikes", 1L, Long::sum);
        } else if (operation instanceof Healed now) {
            healed = Optional.of(now.at());
            firstServed.clear();
        } else if (operation instanceof Operation.GivenUp election) {
            onGivenUp(election);
        } else if (operation instanceof Noticed noticed) {
            findings.add(noticed.anomaly(), noticed::detail);
        } else if (!(operation instanceof Busy)) {
            throw new AssertionError(operation);
        }
    }

    private void onSend(Send send) {
        RecordId id = send.id();
        sent.computeIfAbsent(id.partition(), partition -> new TreeMap<>())
                .computeIfAbsent(id.producer(), producer -> new SentLog())
                .add(send);
        tallies.merge("sent", 1L, Long::sum);
        tallies.merge(
                switch (send.outcome()) {
                    case OK -> "acknowledged";
                    case FAILED -> "refused";
                    case UNKNOWN -> "unknown";
                },
                1L,
                Long::sum);
        boolean counts = send.outcome() == Outcome.OK && send.acks() == Acks.ALL;
        if (counts && healed.isPresent() && send.invoked() >= healed.get()) {
            firstServed.merge(id.partition(), send.completed(), Math::min);
        }
    }

    private void onReadFailed(ReadFailed failed) {
        // Whoever had read what was given up there is beyond the end.
        if (givenUp.containsKey(failed.partition()) && failed.error().startsWith(BEYOND)) {
            return;
        }
        findings.add(
                Anomaly.READ_REFUSED,
                () -> failed.consumer() + " in partition " + failed.partition() + ": " + failed.error());
    }

    /** From now on other records may be at the offsets that were given up. */
    private void onGivenUp(Operation.GivenUp election) {
        givenUp.computeIfAbsent(election.partition(), partition -> new GivenUp())
                .add(election);
        readByAnyone
                .computeIfAbsent(election.partition(), partition -> new ReadLog())
                .forget(election.from());
        divergences.removeIf(seen -> seen.partition() == election.partition()
                && seen.offset() >= election.from()
                && seen.at() > election.at() - TOLD_NANOS_MAX);
    }

    private void onRead(Read read) {
        tallies.merge("read", (long) read.records().size(), Long::sum);
        readers.computeIfAbsent(read.partition(), partition -> new TreeMap<>())
                .computeIfAbsent(
                        read.consumer(),
                        consumer -> new ReaderProgress(consumer + " in partition " + read.partition(), findings))
                .onRead(read);
        ReadLog anyone = readByAnyone.computeIfAbsent(read.partition(), partition -> new ReadLog());
        for (Seen seen : read.records()) {
            onSeen(read, seen, anyone);
        }
    }

    private void onSeen(Read read, Seen seen, ReadLog anyone) {
        if (!seen.readable()) {
            findings.add(
                    Anomaly.ALTERED,
                    () -> read.consumer() + " read at offset " + seen.offset() + " of partition " + read.partition()
                            + " what nobody would have sent");
        }
        anyone.add(seen)
                .ifPresent(other -> divergences.add(new Divergence(
                        read.partition(),
                        seen.offset(),
                        read.at(),
                        read.consumer() + " read " + seen + " in partition " + read.partition() + ", where before was "
                                + other)));
        if (read.consumer().equals(FINAL_READER)) {
            readInTheEnd
                    .computeIfAbsent(read.partition(), partition -> new ReadLog())
                    .add(seen);
        }
    }

    /** To be called once, after the last operation. */
    public Verdict verdict() {
        divergences.forEach(seen -> findings.add(Anomaly.DIVERGED, seen::detail));
        readByAnyone.forEach(this::findPhantoms);
        sent.forEach(this::compare);
        readers.forEach((partition, of) -> of.values().forEach(reader -> reader.findSkipped(finalLogOf(partition))));
        healed.ifPresent(this::findNotServing);
        return new Verdict(findings.counts(), findings.examples(), tallies);
    }

    private ReadLog finalLogOf(int partition) {
        return readInTheEnd.computeIfAbsent(partition, none -> new ReadLog());
    }

    private void findPhantoms(int partition, ReadLog log) {
        Map<Integer, SentLog> sentHere = sent.getOrDefault(partition, Map.of());
        for (long offset = 0; offset < log.end(); offset++) {
            log.at(offset).filter(Seen::readable).ifPresent(seen -> {
                SentLog by = sentHere.get(seen.producer());
                if (by == null || !by.sent(seen.sequence())) {
                    findings.add(Anomaly.PHANTOM, () -> seen + " in partition " + partition + " was never sent");
                } else if (by.outcome(seen.sequence()) == Outcome.FAILED) {
                    findings.add(
                            Anomaly.PHANTOM,
                            () -> seen + " is in partition " + partition
                                    + ", but its producer was told that it is certainly not stored");
                }
            });
        }
    }

    private void compare(int partition, Map<Integer, SentLog> sentHere) {
        FinalLog log = new FinalLog(
                partition, finalLogOf(partition), givenUp.getOrDefault(partition, new GivenUp()), findings);
        log.compare(sentHere);
        sentHere.forEach((producer, of) -> {
            FinalLog.Missing missing = log.findLost(producer, of);
            tallies.merge("acks=1 lost", missing.leaderOnly(), Long::sum);
            tallies.merge("given up", missing.givenUp(), Long::sum);
        });
    }

    private void findNotServing(long healedAt) {
        for (int partition : sent.keySet()) {
            Long served = firstServed.get(partition);
            if (served == null || served - healedAt > servingNanosMax) {
                findings.add(
                        Anomaly.NOT_SERVING,
                        () -> "partition " + partition + " took its first record "
                                + (served == null ? "never" : (served - healedAt) / 1_000_000 + " ms")
                                + " after everything was healed");
            }
        }
    }
}
