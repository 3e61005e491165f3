package io.kontiki.benchmark.versus.load;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;

/** Kontiki without its client library, which here only makes and looks at topics: generated stubs and the first broker. */
final class ThinClient implements SystemClient {
    /** What may wait at a reader, in bytes, as records of one size; so many credits it gives. */
    private static final int READ_AHEAD_BYTES = 32 << 20;

    private static final int CREDITS_MAX = 100_000;

    private final SystemClient direct;
    private final String endpoint;
    private final int credits;
    private int groups;

    ThinClient(SystemClient direct, String bootstrap, int recordBytes) {
        this.direct = direct;
        this.endpoint = bootstrap.split(",")[0];
        this.credits = Math.min(CREDITS_MAX, Math.max(1, READ_AHEAD_BYTES / recordBytes));
    }

    private ManagedChannel channel() {
        return Grpc.newChannelBuilder(endpoint, InsecureChannelCredentials.create())
                .build();
    }

    @Override
    public int servingBrokers() {
        return direct.servingBrokers();
    }

    @Override
    public void createTopic(Topic topic) {
        direct.createTopic(topic);
    }

    @Override
    public boolean whole(Topic topic) {
        return direct.whole(topic);
    }

    @Override
    public int leader(String topic, int partition) {
        return direct.leader(topic, partition);
    }

    /** @throws IllegalArgumentException if the broker, which decides for its publishers, does it otherwise */
    @Override
    public RecordSink sink(SinkSettings settings) {
        if (!settings.acks().equals("all") || !settings.codec().equals("none")) {
            throw new IllegalArgumentException("the thin tier has acks=all and codec=none, not acks=" + settings.acks()
                    + " and codec=" + settings.codec());
        }
        return new ThinSink(channel(), settings.batchBytes());
    }

    @Override
    public RecordSource source(Topic topic) {
        return new ThinSource(channel(), "thin-" + groups++, topic, credits);
    }

    @Override
    public GroupSource member(String group, Topic topic) {
        throw new UnsupportedOperationException("no work of the thin tier has groups of several members");
    }

    @Override
    public OffsetCommitter committer(String group, Topic topic) {
        throw new UnsupportedOperationException("no work of the thin tier only commits");
    }

    /** Each sink and source has its own connection; the other client is not its own. */
    @Override
    public void close() {}
}
