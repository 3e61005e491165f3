package io.kontiki.benchmark.versus.load;

/** The client library of one of the systems, each with the settings that are best for it, where no parameter says more. */
interface SystemClient extends AutoCloseable {
    /** Brokers that may lead partitions now. */
    int servingBrokers();

    void createTopic(Topic topic);

    /** Whether each partition has a leader, and all its replicas are in sync. */
    boolean whole(Topic topic);

    /** The broker that leads this partition now. */
    int leader(String topic, int partition);

    RecordSink sink(SinkSettings settings);

    RecordSource source(Topic topic);

    /** A new member of this group, which begins with the first records of partitions that nobody has committed. */
    GroupSource member(String group, Topic topic);

    /** For this group, which has no members, and all partitions of the topic. */
    OffsetCommitter committer(String group, Topic topic);

    @Override
    void close();
}
