package io.kontiki.benchmark.versus.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Groups without members, each with connections and a thread of its own, commit again and again; each waits for its commit. */
final class CommitWork implements Work {
    /** The commits of one group. Belongs to one thread at a time. */
    private static final class Committing {
        private final OffsetCommitter committer;
        private long last;

        Committing(OffsetCommitter committer) {
            this.committer = committer;
        }

        /** Returns the time that each commit took, in ns. */
        long[] until(long deadlineNanos) {
            LongStream.Builder times = LongStream.builder();
            for (long start = System.nanoTime(); start - deadlineNanos < 0; ) {
                committer.commit(++last);
                long end = System.nanoTime();
                times.add(end - start);
                start = end;
            }
            return times.build().toArray();
        }
    }

    @Override
    public void run(SystemClient client, Parameters parameters, Dialogue dialogue) throws IOException {
        Topic topic = Topic.from("load", parameters);
        new Patience(client).create(topic);
        int count = parameters.number("groups", 1, 1000);
        List<Committing> groups = IntStream.range(0, count)
                .mapToObj(i -> new Committing(client.committer(name(i), topic)))
                .toList();
        try (ThreadTeam team = new ThreadTeam(count)) {
            // The first commits of all make what the system keeps them in.
            dialogue.progress("warming up");
            commit(team, groups, parameters.number("warm-seconds", 1, 600));
            dialogue.step("ready");
            long start = System.nanoTime();
            long[] nanos = commit(team, groups, parameters.number("seconds", 1, 600));
            long end = System.nanoTime();
            dialogue.step(
                    "done",
                    Parameters.of(
                            "nanos=" + (end - start),
                            "commits=" + nanos.length,
                            "p99=" + new Percentiles(nanos).millis(0.99)));
        }
        for (int i = 0; i < count; i++) {
            groups.get(i).committer.close();
            requireStored(client, topic, name(i), groups.get(i).last);
        }
        dialogue.step("verified");
    }

    private static String name(int group) {
        return "group-" + group;
    }

    private static long[] commit(ThreadTeam team, List<Committing> groups, int seconds) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<Callable<long[]>> parts = new ArrayList<>();
        groups.forEach(group -> parts.add(() -> group.until(deadline)));
        return team.run(parts).stream().flatMapToLong(LongStream::of).toArray();
    }

    /** Asked by another client, so that it is the cluster that answers. */
    private static void requireStored(SystemClient client, Topic topic, String group, long offset) {
        try (OffsetCommitter other = client.committer(group, topic)) {
            if (!other.isStored(offset)) {
                throw new IllegalStateException(group + " has not in each partition what it committed last, " + offset);
            }
        }
    }
}
