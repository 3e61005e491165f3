package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.kontiki.proto.v1.AddVoterRequest;
import io.kontiki.proto.v1.DescribeQuorumRequest;
import io.kontiki.proto.v1.RemoveVoterRequest;
import io.kontiki.proto.v1.ReplaceVoterRequest;
import io.kontiki.proto.v1.TakeSnapshotRequest;
import io.kontiki.proto.v1.TransferQuorumLeadershipRequest;
import io.kontiki.proto.v1.VoterServiceGrpc;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The calls about the metadata quorum. They block. Thread-safe. */
final class QuorumCalls {
    private final AnyBroker anyBroker;

    QuorumCalls(AnyBroker anyBroker) {
        this.anyBroker = anyBroker;
    }

    QuorumDescription describe() {
        var request = DescribeQuorumRequest.getDefaultInstance();
        var answer =
                anyBroker.read((channel, deadline) -> voters(channel, deadline).describeQuorum(request));
        return new QuorumDescription(
                answer.getQuorumId(),
                answer.getTerm(),
                answer.hasLeaderId() ? OptionalInt.of(answer.getLeaderId()) : OptionalInt.empty(),
                answer.getMembersList().stream().map(QuorumCalls::member).toList());
    }

    void add(int brokerId) {
        var request = AddVoterRequest.newBuilder().setBrokerId(brokerId).build();
        anyBroker.change((channel, deadline) -> voters(channel, deadline).addVoter(request));
    }

    void remove(int brokerId) {
        var request = RemoveVoterRequest.newBuilder().setBrokerId(brokerId).build();
        anyBroker.change((channel, deadline) -> voters(channel, deadline).removeVoter(request));
    }

    void replace(int brokerId) {
        var request = ReplaceVoterRequest.newBuilder().setBrokerId(brokerId).build();
        anyBroker.change((channel, deadline) -> voters(channel, deadline).replaceVoter(request));
    }

    void transferLeadership(int brokerId) {
        var request = TransferQuorumLeadershipRequest.newBuilder()
                .setBrokerId(brokerId)
                .build();
        anyBroker.change((channel, deadline) -> voters(channel, deadline).transferQuorumLeadership(request));
    }

    /** Repeated where the answer was lost: a snapshot of the same entries is not taken twice. */
    long takeSnapshot() {
        var request = TakeSnapshotRequest.getDefaultInstance();
        return anyBroker
                .read((channel, deadline) -> voters(channel, deadline).takeSnapshot(request))
                .getIndex();
    }

    private static QuorumMember member(io.kontiki.proto.v1.QuorumMember member) {
        return new QuorumMember(
                member.getBrokerId(),
                switch (member.getRole()) {
                    case ROLE_LEADER -> QuorumMember.Role.LEADER;
                    case ROLE_VOTER -> QuorumMember.Role.VOTER;
                    // What a newer broker tells beyond these does not vote as we understand it.
                    case ROLE_OBSERVER, ROLE_UNSPECIFIED, UNRECOGNIZED -> QuorumMember.Role.OBSERVER;
                },
                member.getMemberId(),
                member.getAddress(),
                member.hasImageIndex() ? OptionalLong.of(member.getImageIndex()) : OptionalLong.empty(),
                member.getImageDigest(),
                member.getProblem());
    }

    private static VoterServiceGrpc.VoterServiceBlockingStub voters(Channel channel, Deadline deadline) {
        return VoterServiceGrpc.newBlockingStub(channel).withDeadline(deadline);
    }
}
