package io.kontiki.benchmark.versus.load;

import io.kontiki.benchmark.Figures;
import io.kontiki.benchmark.group.ReadTimes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A group reads a steady load while a member joins and one leaves: how long the partitions that moved had no reader. */
final class RebalanceWork implements Work {
    private static final String GROUP = "readers";
    private static final double NANOS_PER_MILLI = 1e6;

    @Override
    public void run(SystemClient client, Parameters parameters, Dialogue dialogue) throws IOException {
        Topic topic = Topic.from("load", parameters);
        new Patience(client).create(topic);
        RecordContents contents = new RecordContents(ProduceWork.recordBytes(parameters));
        Group group = new Group(client, topic, parameters.number("settle", 1, 600));
        SteadySender sender = new SteadySender(
                client.sink(SinkSettings.AT_ONCE), topic, contents, parameters.number("rate", 1, 1_000_000));
        int members = parameters.number("members", 1, 1000);
        for (int i = 0; i < members; i++) {
            group.join();
        }
        group.settle();
        dialogue.step("ready");
        dialogue.progress("a member joins");
        dialogue.step("joined", group.watch(group::join));
        dialogue.progress("a member leaves");
        dialogue.step("left", group.watch(group::leave));
        long sent = sender.close();
        Patience.await("the group to have read " + sent + " records", () -> group.read() >= sent);
        group.closeAll();
        ReadBack.requireExactly(client, topic, contents, sent);
        dialogue.step("verified");
    }

    /** The members. What they read comes on their threads, all else on one. */
    private static final class Group {
        private final SystemClient client;
        private final Topic topic;
        private final long settleNanos;
        private final ReadTimes times;
        private final BitSet seen = new BitSet();
        private final List<MemberThread> members = new ArrayList<>();
        private int joined;

        Group(SystemClient client, Topic topic, int settleSeconds) {
            this.client = client;
            this.topic = topic;
            this.settleNanos = TimeUnit.SECONDS.toNanos(settleSeconds);
            this.times = new ReadTimes(topic.partitions());
        }

        void join() {
            String name = "member-" + joined++;
            members.add(new MemberThread(name, client.member(GROUP, topic), (partition, offset, value) -> {
                times.read(partition, name, offset, System.nanoTime());
                note(value);
            }));
        }

        private void note(byte[] value) {
            synchronized (seen) {
                seen.set(Math.toIntExact(RecordContents.number(value)));
            }
        }

        /** The first member, which has been there longest. */
        void leave() {
            members.remove(0).close();
        }

        /** Waits until the partitions are shared out evenly, and for some time more, so that who comes late is seen too. */
        void settle() {
            Patience.await(members.size() + " members to share " + topic.partitions() + " partitions", this::isShared);
            long even = System.nanoTime();
            LockSupport.parkNanos(settleNanos);
            Patience.await("a record of each partition", () -> times.allReadSince(even + settleNanos));
            if (!isShared()) {
                throw new IllegalStateException("the members own " + owned() + " partitions and do not come to rest");
            }
        }

        private boolean isShared() {
            List<Integer> owned = owned();
            int least = topic.partitions() / members.size();
            return owned.stream().mapToInt(Integer::intValue).sum() == topic.partitions()
                    && owned.stream().allMatch(count -> count == least || count == least + 1);
        }

        private List<Integer> owned() {
            return members.stream().map(MemberThread::owned).toList();
        }

        Parameters watch(Runnable change) {
            times.startWatch();
            change.run();
            settle();
            Figures pauses = new Figures();
            for (ReadTimes.Watched watched : times.watched()) {
                if (watched.moved()) {
                    pauses.add(watched.gapNanos() / NANOS_PER_MILLI);
                }
            }
            if (pauses.count() == 0) {
                throw new IllegalStateException("no partition moved");
            }
            return Parameters.of("moved=" + pauses.count(), "median=" + pauses.median(), "max=" + pauses.max());
        }

        long read() {
            members.forEach(MemberThread::owned);
            synchronized (seen) {
                return seen.cardinality();
            }
        }

        void closeAll() {
            members.forEach(MemberThread::close);
        }
    }
}
