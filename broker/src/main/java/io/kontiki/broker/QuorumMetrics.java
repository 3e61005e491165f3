package io.kontiki.broker;

import io.kontiki.broker.metrics.Metric;
import io.kontiki.broker.metrics.MetricSource;
import io.kontiki.broker.metrics.Samples;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.quorum.QuorumStatus;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** This broker's part in the metadata quorum, and how far its image is. */
final class QuorumMetrics implements MetricSource {
    static final Set<Metric> TOLD = Set.of(
            Metric.QUORUM_VOTER,
            Metric.QUORUM_LEADER,
            Metric.QUORUM_TERM,
            Metric.QUORUM_COMMIT_INDEX,
            Metric.QUORUM_SNAPSHOT_INDEX,
            Metric.QUORUM_APPLIED_INDEX);

    private final Supplier<MetadataImage> image;
    private final Supplier<Optional<QuorumStatus>> member;

    /** @param member of the quorum; empty while this broker has no vote */
    QuorumMetrics(Supplier<MetadataImage> image, Supplier<Optional<QuorumStatus>> member) {
        this.image = image;
        this.member = member;
    }

    @Override
    public void collect(Samples samples) {
        var status = member.get();
        var position = image.get().position();
        samples.gauge(Metric.QUORUM_VOTER, status.isPresent() ? 1 : 0);
        samples.gauge(Metric.QUORUM_LEADER, status.filter(QuorumStatus::leading).isPresent() ? 1 : 0);
        samples.gauge(Metric.QUORUM_TERM, status.map(QuorumStatus::term).orElse(position.term()));
        status.ifPresent(voter -> samples.gauge(Metric.QUORUM_COMMIT_INDEX, voter.committedIndex()));
        status.ifPresent(voter -> samples.gauge(Metric.QUORUM_SNAPSHOT_INDEX, voter.snapshotIndex()));
        samples.gauge(
                Metric.QUORUM_APPLIED_INDEX,
                status.map(QuorumStatus::appliedIndex).orElse(position.index()));
    }
}
