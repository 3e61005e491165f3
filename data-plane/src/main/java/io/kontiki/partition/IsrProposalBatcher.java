package io.kontiki.partition;

import io.kontiki.proto.internal.v1.AlterPartition;
import io.kontiki.proto.internal.v1.AlterPartitionReply;
import io.kontiki.proto.internal.v1.AlterPartitions;
import io.kontiki.proto.internal.v1.AlterPartitionsReply;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.Proposer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Takes the partitions' proposals of new in-sync replicas to the quorum: one request under way, and all that gathers
 * meanwhile in the next, so that a broker that returns costs few commands however many partitions it holds. Any thread.
 */
final class IsrProposalBatcher {
    private static final int BATCH_MAX = 1000;

    private record Waiting(AlterPartition change, Consumer<Optional<AlterPartitionReply>> answer) {}

    private final Proposer proposer;
    private final int brokerId;
    private final LongSupplier brokerEpoch;
    private final List<Waiting> waiting = new ArrayList<>();
    private boolean underWay;

    IsrProposalBatcher(Proposer proposer, int brokerId, LongSupplier brokerEpoch) {
        this.proposer = proposer;
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
    }

    /** @param answer called once, on any thread, with the quorum's answer or, if the outcome is unknown, nothing */
    void propose(AlterPartition change, Consumer<Optional<AlterPartitionReply>> answer) {
        synchronized (this) {
            waiting.add(new Waiting(change, answer));
        }
        sendNext();
    }

    private void sendNext() {
        List<Waiting> batch;
        synchronized (this) {
            if (underWay || waiting.isEmpty()) {
                return;
            }
            underWay = true;
            List<Waiting> head = waiting.subList(0, Math.min(BATCH_MAX, waiting.size()));
            batch = List.copyOf(head);
            head.clear();
        }
        proposer.propose(requestOf(batch)).whenComplete((response, failure) -> onAnswer(batch, response, failure));
    }

    private ProposeRequest requestOf(List<Waiting> batch) {
        AlterPartitions.Builder command =
                AlterPartitions.newBuilder().setBrokerId(brokerId).setBrokerEpoch(brokerEpoch.getAsLong());
        batch.forEach(entry -> command.addPartitions(entry.change()));
        return ProposeRequest.newBuilder().setAlterPartitions(command).build();
    }

    private void onAnswer(List<Waiting> batch, ProposeResponse response, Throwable failure) {
        synchronized (this) {
            underWay = false;
        }
        boolean known = failure == null
                && response.getReply().getReason() == ErrorReason.ERROR_REASON_UNSPECIFIED
                && response.getReply().hasAlterPartitions();
        AlterPartitionsReply reply =
                known ? response.getReply().getAlterPartitions() : AlterPartitionsReply.getDefaultInstance();
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i)
                    .answer()
                    .accept(i < reply.getPartitionsCount() ? Optional.of(reply.getPartitions(i)) : Optional.empty());
        }
        sendNext();
    }
}
