package io.kontiki.service.quorum;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.DescribeMemberResponse;
import io.kontiki.proto.v1.DescribeQuorumResponse;
import io.kontiki.proto.v1.QuorumMember;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.VoterMessages;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** The whole quorum as its members and the other brokers tell it now. */
final class QuorumDescription {
    private final int brokerId;
    private final QuorumView view;
    private final LocalMetadata metadata;
    private final MemberCalls calls;

    QuorumDescription(int brokerId, QuorumView view, LocalMetadata metadata, MemberCalls calls) {
        this.brokerId = brokerId;
        this.view = view;
        this.metadata = metadata;
        this.calls = calls;
    }

    /** Asks every registered broker, all at once. */
    CompletableFuture<DescribeQuorumResponse> make() {
        var endpoints = new TreeMap<Integer, Endpoint>();
        metadata.current().brokers().values().forEach(broker -> endpoints.put(broker.id(), broker.endpoint()));
        endpoints.remove(brokerId);
        var asked = new TreeMap<Integer, CompletableFuture<Optional<DescribeMemberResponse>>>();
        var problems = new HashMap<Integer, String>();
        endpoints.forEach((id, endpoint) ->
                asked.put(id, calls.describe(endpoint).thenApply(Optional::of).exceptionally(error -> {
                    synchronized (problems) {
                        problems.put(id, "does not answer at " + endpoint + ": " + CallFailure.words(error));
                    }
                    return Optional.empty();
                })));
        asked.put(brokerId, view.describe().thenApply(Optional::of));
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    var told = new TreeMap<Integer, DescribeMemberResponse>();
                    asked.forEach((id, answer) -> answer.join().ifPresent(response -> told.put(id, response)));
                    synchronized (problems) {
                        return describe(told, problems);
                    }
                });
    }

    private DescribeQuorumResponse describe(Map<Integer, DescribeMemberResponse> told, Map<Integer, String> problems) {
        var source = told.values().stream()
                .filter(DescribeMemberResponse::getLeading)
                .max(Comparator.comparingLong(DescribeMemberResponse::getTerm))
                // Without a leader: what the member with the highest term has.
                .or(() -> told.values().stream()
                        .filter(response -> response.getVotersCount() > 0)
                        .max(Comparator.comparingLong(DescribeMemberResponse::getTerm)))
                .orElse(DescribeMemberResponse.getDefaultInstance());
        var voters = new TreeMap<Integer, QuorumVoter>();
        source.getVotersList().forEach(voter -> voters.put(voter.getBrokerId(), VoterMessages.voter(voter)));
        var leader = told.entrySet().stream()
                .filter(entry -> entry.getValue().getLeading())
                .max(Comparator.comparingLong(entry -> entry.getValue().getTerm()))
                .map(Map.Entry::getKey);
        var description = DescribeQuorumResponse.newBuilder().setTerm(source.getTerm());
        if (UuidBytes.isValid(source.getQuorumId())) {
            description.setQuorumId(UuidBytes.fromBytes(source.getQuorumId()).toString());
        }
        leader.ifPresent(description::setLeaderId);
        voters.forEach((id, voter) -> description.addMembers(member(id, told, problems)
                .setRole(leader.equals(Optional.of(id)) ? QuorumMember.Role.ROLE_LEADER : QuorumMember.Role.ROLE_VOTER)
                .setMemberId(voter.memberId())
                .setAddress(voter.endpoint().toString())
                .setProblem(problem(voter, told, problems, source.getSilentVotersList()))));
        if (voters.isEmpty()) {
            // Nobody that answers has a vote: who had one, as far as this broker was told.
            view.voterIds().stream()
                    .sorted()
                    .forEach(id -> description.addMembers(member(id, told, problems)
                            .setRole(QuorumMember.Role.ROLE_VOTER)
                            .setProblem(problems.getOrDefault(id, "does not answer"))));
        }
        var others = new TreeSet<>(told.keySet());
        others.addAll(problems.keySet());
        others.removeAll(voters.isEmpty() ? view.voterIds() : voters.keySet());
        others.forEach(
                id -> description.addMembers(member(id, told, problems).setRole(QuorumMember.Role.ROLE_OBSERVER)));
        return description.build();
    }

    private static QuorumMember.Builder member(
            int id, Map<Integer, DescribeMemberResponse> told, Map<Integer, String> problems) {
        var member = QuorumMember.newBuilder().setBrokerId(id).setProblem(problems.getOrDefault(id, ""));
        var response = told.get(id);
        if (response != null) {
            member.setImageIndex(response.getImageIndex()).setImageDigest(response.getImageDigest());
        }
        return member;
    }

    private static String problem(
            QuorumVoter voter,
            Map<Integer, DescribeMemberResponse> told,
            Map<Integer, String> problems,
            List<Integer> silent) {
        int id = voter.brokerId();
        var response = told.get(id);
        if (response == null) {
            return problems.getOrDefault(id, "is no registered broker");
        }
        if (!response.hasOwn() || !response.getOwn().getStorageId().equals(voter.storageId())) {
            return "runs without this storage; if that is lost: kontiki quorum replace " + id;
        }
        return silent.contains(id) ? "runs, but the leader does not hear from it at " + voter.endpoint() : "";
    }
}
