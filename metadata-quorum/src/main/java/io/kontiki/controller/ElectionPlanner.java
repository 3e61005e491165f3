package io.kontiki.controller;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.command.Replies;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.ElectPreferred;
import io.kontiki.proto.internal.v1.ElectUnclean;
import io.kontiki.proto.internal.v1.PartitionReply;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.v1.ElectLeadersRequest;
import io.kontiki.proto.v1.ElectLeadersResponse;
import io.kontiki.proto.v1.ElectedLeader;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PartitionError;
import io.kontiki.proto.v1.PartitionName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Elections by hand (rules M8, M9). */
final class ElectionPlanner {
    private static final int WITHOUT_MAX = 100;

    private final UncleanElections unclean;

    ElectionPlanner(UncleanElections unclean) {
        this.unclean = unclean;
    }

    Prepared prepare(ElectLeadersRequest request, MetadataImage image, Command.Builder stamped, Now now) {
        var refused = PartitionVerdicts.checkCount(request.getPartitionsCount()).or(() -> checkWithout(request));
        if (refused.isPresent()) {
            return new Prepared.Refuse(refused.get());
        }
        return switch (request.getElection()) {
            case ELECTION_UNSPECIFIED, ELECTION_PREFERRED -> preferred(request.getPartitionsList(), image, stamped);
            case ELECTION_UNCLEAN -> unclean(request, image, stamped, now);
            case UNRECOGNIZED ->
                new Prepared.Refuse(Replies.refusal(
                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                        "election " + request.getElectionValue() + " is unknown to this version"));
        };
    }

    private static Prepared preferred(List<PartitionName> names, MetadataImage image, Command.Builder stamped) {
        var verdicts = new PartitionVerdicts(image);
        var command = ElectPreferred.newBuilder();
        for (var name : names) {
            verdicts.find(name).ifPresent(found -> {
                command.addPartitions(found.version());
                verdicts.leaveToCommand();
            });
        }
        stamped.setElectPreferred(command);
        return answered(stamped.build(), new Answers(names, verdicts, Map.of()), image);
    }

    private Prepared unclean(ElectLeadersRequest request, MetadataImage image, Command.Builder stamped, Now now) {
        var verdicts = new PartitionVerdicts(image);
        var command = ElectUnclean.newBuilder();
        var losses = new HashMap<PartitionName, ElectedLeader>();
        var without = Set.copyOf(request.getWithoutList());
        for (var name : request.getPartitionsList()) {
            var found = verdicts.find(name);
            if (found.isEmpty()) {
                continue;
            }
            var record = found.get().record();
            if (record.hasLeader()) {
                // Perhaps by this very request, of which another partition has to be planned again.
                unclean.cost(found.get().partition(), record).ifPresent(cost -> losses.put(name, cost));
                verdicts.done();
            } else if (!Inquiry.isLost(record)) {
                verdicts.refuse(
                        ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS,
                        "of the brokers " + candidates(record)
                                + " each holds every committed record: start one, or unregister those that are gone for"
                                + " good; to leave them out is not enough");
            } else {
                var inquiry = unclean.inquire(found.get().partition(), record, now);
                var election = UncleanElections.choose(inquiry, found.get(), image, without);
                if (election.isPresent()) {
                    command.addPartitions(election.get());
                    inquiry.cost().ifPresent(cost -> losses.put(name, cost));
                    verdicts.leaveToCommand();
                } else {
                    var missing = inquiry.missing(record, image, without);
                    losses.put(name, inquiry.soFar(missing));
                    wait(verdicts, missing);
                }
            }
        }
        stamped.setElectUnclean(command);
        return answered(stamped.build(), new Answers(request.getPartitionsList(), verdicts, losses), image);
    }

    private static void wait(PartitionVerdicts verdicts, List<Integer> missing) {
        if (missing.isEmpty()) {
            verdicts.refuse(
                    ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS,
                    "none of its replicas is usable now, with a log that is not damaged or lost");
        } else {
            verdicts.refuse(
                    ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                    "brokers " + missing
                            + " have not told yet what they hold: ask again once they run, or leave out"
                            + " those that are gone for good");
        }
    }

    private static List<Integer> candidates(PartitionRegistration record) {
        return record.isr().isEmpty() ? record.elr() : record.isr();
    }

    private static Prepared answered(Command command, Answers answers, MetadataImage image) {
        return answers.verdicts().allDecided()
                ? new Prepared.Answered(
                        answers.of(CommandReply.getDefaultInstance(), image).build())
                : new Prepared.Submit(command, answers);
    }

    private static Optional<CommandReply> checkWithout(ElectLeadersRequest request) {
        return request.getWithoutCount() <= WITHOUT_MAX
                ? Optional.empty()
                : Optional.of(Replies.refusal(
                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                        "without has " + request.getWithoutCount() + " entries, but at most " + WITHOUT_MAX
                                + " are allowed"));
    }

    /**
     * What each partition has come to.
     *
     * @param losses what an unclean election costs, or whom it waits for
     */
    private record Answers(
            List<PartitionName> names, PartitionVerdicts verdicts, Map<PartitionName, ElectedLeader> losses)
            implements Prepared.Answer {
        @Override
        public ProposeResponse.Builder of(CommandReply ofCommand, MetadataImage image) {
            var reply = verdicts.with(ofCommand);
            var elected = ElectLeadersResponse.newBuilder();
            for (int i = 0; i < reply.getPartitions().getPartitionsCount(); i++) {
                elected.addPartitions(leader(names.get(i), reply.getPartitions().getPartitions(i), image));
            }
            return ProposeResponse.newBuilder().setReply(reply).setElected(elected);
        }

        private ElectedLeader leader(PartitionName name, PartitionReply reply, MetadataImage image) {
            var leader = ElectedLeader.newBuilder().setPartition(name);
            if (reply.getReason() != ErrorReason.ERROR_REASON_UNSPECIFIED) {
                leader.setError(
                        PartitionError.newBuilder().setReason(reply.getReason()).setMessage(reply.getMessage()));
                var told = losses.getOrDefault(name, ElectedLeader.getDefaultInstance());
                leader.addAllHeld(told.getHeldList()).addAllNotHeard(told.getNotHeardList());
            } else if (losses.containsKey(name)) {
                leader.mergeFrom(losses.get(name));
            }
            image.topic(name.getTopic())
                    .flatMap(topic -> topic.partition(name.getPartition()))
                    .ifPresent(record -> {
                        record.leaderIfAny().ifPresent(leader::setLeader);
                        leader.setLeaderEpoch(record.leaderEpoch());
                    });
            return leader.build();
        }
    }
}
