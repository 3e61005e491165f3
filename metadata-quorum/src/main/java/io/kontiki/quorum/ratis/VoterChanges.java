package io.kontiki.quorum.ratis;

import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.QuorumMembers;
import io.kontiki.quorum.QuorumVoter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes of the voters, as the leader makes them: one at a time, each compared with the voters it was made for, and
 * judged before Ratis sees it, for what Ratis refuses can leave it unable to make any other change. Thread-safe.
 */
final class VoterChanges {
    private static final Logger LOG = LoggerFactory.getLogger(VoterChanges.class);
    private static final long CHANGE_SECONDS_MAX = 60;
    private static final String NO_SUCCESSOR = "no other voter took the leadership";
    /** Whoever is added is given longer to answer. */
    private static final long GIVEN_UP_EARLY_NANOS = RatisProperties.STAGING_TIMEOUT.toNanos() / 2;

    private static final long TRANSFER_MILLIS_MAX = 5_000;
    private static final long HAND_OVER_MILLIS_MAX = 2_000;
    private static final long ANSWERING_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final RaftServer server;
    private final RaftServer.Division division;
    private final QuorumVoter own;
    private final Supplier<Long> callIds;
    private final ClientId clientId = ClientId.randomId();
    private final SingleChange changes = new SingleChange();

    /** @param own as it is reached now, which may differ from what the others know */
    VoterChanges(RaftServer server, RaftServer.Division division, QuorumVoter own, Supplier<Long> callIds) {
        this.server = server;
        this.division = division;
        this.own = own;
        this.callIds = callIds;
    }

    CompletableFuture<CommandReply> add(QuorumVoter voter) {
        var voters = voters();
        var earlier = find(voters, voter.brokerId());
        if (earlier.isPresent()) {
            return answer(
                    earlier.get().sameMember(voter)
                            ? done()
                            : refusal(
                                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                                    "broker " + voter.brokerId() + " is a voter already, with another storage, "
                                            + earlier.get().memberId() + "; if that is lost, replace it"));
        }
        if (voters.size() >= QuorumMembers.VOTERS_MAX) {
            return answer(refusal(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "the quorum has " + voters.size() + " voters, and " + QuorumMembers.VOTERS_MAX + " at most"));
        }
        return set(voters, with(voters, voter), "voter " + voter.brokerId() + " at " + voter.endpoint());
    }

    CompletableFuture<CommandReply> replace(QuorumVoter voter) {
        var voters = voters();
        var earlier = find(voters, voter.brokerId());
        if (earlier.isEmpty()) {
            return answer(refusal(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "broker " + voter.brokerId() + " is no voter, so there is nothing to replace; add it"));
        }
        if (earlier.get().sameMember(voter)) {
            return answer(done());
        }
        return set(
                voters,
                with(without(voters, voter.brokerId()), voter),
                "voter " + voter.brokerId() + " at " + voter.endpoint());
    }

    CompletableFuture<CommandReply> remove(int brokerId) {
        var voters = voters();
        if (find(voters, brokerId).isEmpty()) {
            return answer(done());
        }
        var rest = without(voters, brokerId);
        if (rest.isEmpty()) {
            return answer(refusal(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "broker " + brokerId + " is the only voter: add another one first"));
        }
        var answering = answering();
        var live = rest.stream()
                .filter(voter -> answering.contains(Peers.id(voter)))
                .map(QuorumVoter::brokerId)
                .toList();
        if (live.size() <= rest.size() / 2) {
            return answer(refusal(
                    ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE,
                    "without voter " + brokerId + " only " + live + " of " + ids(rest)
                            + " would answer, too few to decide anything: start the others, or replace them, first"));
        }
        return brokerId == own.brokerId()
                // The next leader then makes the change.
                ? elsewhere(refusal(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE, NO_SUCCESSOR))
                : set(voters, rest, "the quorum without voter " + brokerId);
    }

    CompletableFuture<CommandReply> transfer(int brokerId) {
        if (brokerId == own.brokerId()) {
            return answer(done());
        }
        return find(voters(), brokerId)
                .map(voter -> transfer(voter, TRANSFER_MILLIS_MAX))
                .orElseGet(() -> answer(refusal(
                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                        "broker " + brokerId + " is no voter; the voters are " + ids(voters()))));
    }

    private CompletableFuture<CommandReply> transfer(QuorumVoter voter, long longestMillis) {
        var request = new TransferLeadershipRequest(
                clientId, server.getId(), group(), callIds.get(), Peers.id(voter), longestMillis);
        return guarded(
                () -> server.transferLeadershipAsync(request),
                cause -> answer(judged("the leadership of voter " + voter.brokerId(), cause)));
    }

    CompletableFuture<CommandReply> handOver() {
        return handOver(successors());
    }

    private CompletableFuture<CommandReply> handOver(List<QuorumVoter> candidates) {
        if (candidates.isEmpty()) {
            return answer(refusal(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE, NO_SUCCESSOR));
        }
        var next = candidates.get(0);
        return transfer(next, HAND_OVER_MILLIS_MAX)
                .thenCompose(reply -> division.getInfo().isLeader()
                        ? handOver(candidates.subList(1, candidates.size()))
                        : answer(done()));
    }

    /** Other voters that answer, the one that has most of the log first; of equals, the one heard last. */
    private List<QuorumVoter> successors() {
        var voters = voters();
        return answeringFollowers()
                .sorted(Comparator.comparingLong(Follower::match).reversed().thenComparingLong(Follower::silentNanos))
                .flatMap(follower ->
                        voters.stream().filter(voter -> Peers.id(voter).equals(follower.id())))
                .toList();
    }

    private CompletableFuture<CommandReply> set(List<QuorumVoter> from, List<QuorumVoter> to, String what) {
        // The own address may be another one since this voter was added; who is added now shall know the right one.
        var arguments = SetConfigurationRequest.Arguments.newBuilder()
                .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                .setServersInCurrentConf(from.stream().map(Peers::peer).toList())
                .setListenersInCurrentConf(List.of())
                .setServersInNewConf(to.stream()
                        .map(voter -> Peers.peer(voter.sameMember(own) ? own : voter))
                        .toList())
                .setListenersInNewConf(List.of())
                .build();
        var request = new SetConfigurationRequest(clientId, server.getId(), group(), callIds.get(), arguments);
        LOG.info("Voters of the metadata quorum are to be {}, and are {}", to, from);
        long beganNanos = System.nanoTime();
        return guarded(() -> server.setConfigurationAsync(request), cause -> {
            var reply = judged(what, cause);
            return cause instanceof ReconfigurationTimeoutException
                            && System.nanoTime() - beganNanos < GIVEN_UP_EARLY_NANOS
                    ? elsewhere(reply)
                    : answer(reply);
        });
    }

    /** Whoever leads next makes the change (decision 22 for one that was given up too early). */
    private CompletableFuture<CommandReply> elsewhere(CommandReply ifNobodyElseLeads) {
        return handOver()
                .thenApply(reply -> isDone(reply)
                        ? refusal(ErrorReason.ERROR_REASON_NOT_LEADER, "another voter leads now")
                        : ifNobodyElseLeads);
    }

    private interface Call {
        CompletableFuture<RaftClientReply> make() throws IOException;
    }

    /** @param judge of what the change failed with, or null */
    private CompletableFuture<CommandReply> guarded(
            Call call, Function<Throwable, CompletableFuture<CommandReply>> judge) {
        if (!division.getInfo().isLeaderReady() || !division.getInfo().isAlive()) {
            return answer(refusal(ErrorReason.ERROR_REASON_NOT_LEADER, "this voter does not lead the quorum"));
        }
        return isChanging()
                ? answer(refusal(
                        ErrorReason.ERROR_REASON_CONCURRENT_CHANGE, "another change of the quorum's voters goes on"))
                : changes.begin(() -> made(call), Duration.ofSeconds(CHANGE_SECONDS_MAX))
                        .handle((reply, error) ->
                                error != null ? unwrapped(error) : reply.isSuccess() ? null : reply.getException())
                        .thenCompose(judge);
    }

    /** Also one for which nobody waits any more, or that an earlier leader began. */
    boolean isChanging() {
        return changes.isUnderWay()
                || !division.getRaftConf().getPreviousPeers().isEmpty();
    }

    private static CompletableFuture<RaftClientReply> made(Call call) {
        try {
            return call.make();
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Throwable unwrapped(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    private static CommandReply judged(String what, Throwable cause) {
        if (cause == null) {
            return done();
        }
        LOG.info("{} did not come about", what, cause);
        if (cause instanceof ReconfigurationInProgressException) {
            return refusal(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE, "another change of the quorum's voters goes on");
        }
        if (cause instanceof ReconfigurationTimeoutException) {
            return refusal(
                    ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE,
                    what + " did not come about, since it does not answer or takes too long to catch up. Can the other"
                            + " voters reach that address?");
        }
        return Outcomes.of(cause).reply().toBuilder()
                .setMessage(what + " did not come about in time: " + cause.getMessage())
                .build();
    }

    /** Broker ids of voters that did not answer lately. */
    List<Integer> silent() {
        var answering = answering();
        return ids(voters().stream()
                .filter(voter -> !answering.contains(Peers.id(voter)))
                .toList());
    }

    /** Voters that answered lately, this one among them. */
    private Set<RaftPeerId> answering() {
        var ids = new HashSet<RaftPeerId>();
        ids.add(server.getId());
        answeringFollowers().map(Follower::id).forEach(ids::add);
        return ids;
    }

    private Stream<Follower> answeringFollowers() {
        return Follower.of(division).stream().filter(follower -> follower.silentNanos() < ANSWERING_NANOS);
    }

    private List<QuorumVoter> voters() {
        return Peers.voters(division.getRaftConf().getCurrentPeers());
    }

    private RaftGroupId group() {
        return division.getMemberId().getGroupId();
    }

    private static Optional<QuorumVoter> find(List<QuorumVoter> voters, int brokerId) {
        return voters.stream().filter(voter -> voter.brokerId() == brokerId).findFirst();
    }

    private static List<QuorumVoter> with(List<QuorumVoter> voters, QuorumVoter voter) {
        var all = new ArrayList<>(voters);
        all.add(voter);
        return all;
    }

    private static List<QuorumVoter> without(List<QuorumVoter> voters, int brokerId) {
        return voters.stream().filter(voter -> voter.brokerId() != brokerId).toList();
    }

    private static List<Integer> ids(List<QuorumVoter> voters) {
        return voters.stream().map(QuorumVoter::brokerId).toList();
    }

    private static CompletableFuture<CommandReply> answer(CommandReply reply) {
        return CompletableFuture.completedFuture(reply);
    }

    private static CommandReply done() {
        return CommandReply.getDefaultInstance();
    }

    private static boolean isDone(CommandReply reply) {
        return reply.getReason() == ErrorReason.ERROR_REASON_UNSPECIFIED;
    }

    static CommandReply refusal(ErrorReason reason, String message) {
        return CommandReply.newBuilder().setReason(reason).setMessage(message).build();
    }
}
