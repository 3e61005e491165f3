package io.kontiki.quorum.ratis;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.VoterGreeting;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.VoterMessages;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a quorum comes to be from voters that only know each other's Raft endpoints. One decides, the first by broker id,
 * and only once every founder has told its storage and none knows of a quorum: so there is one set of founders. The others
 * take it over from whoever knows it. A founder that has lost its storage has another one now, finds a quorum without it,
 * and stays outside: it has no vote to give twice (rule Q5).
 */
final class Formation {
    /** What came of one round. */
    sealed interface Outcome permits Formed, Outside, Waiting {}

    /** The quorum that this storage is a member of. */
    record Formed(UUID quorumId, List<QuorumVoter> voters) implements Outcome {}

    /** There is a quorum without this storage; where its members take gRPC calls. */
    record Outside(List<QuorumVoter> voters, List<Endpoint> brokers) implements Outcome {}

    /** @param missing broker ids of founders that did not tell what is needed */
    record Waiting(List<Integer> missing) implements Outcome {}

    private static final Logger LOG = LoggerFactory.getLogger(Formation.class);
    private static final long WORDS_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final QuorumConfig config;
    private final QuorumVoter own;
    private final VoterGreeting greeting;
    private final BiFunction<Endpoint, VoterGreeting, Optional<VoterGreeting>> ask;
    private long saidNanos = System.nanoTime();

    /** @param ask returns the answer, or nothing */
    Formation(
            QuorumConfig config,
            QuorumVoter own,
            VoterGreeting greeting,
            BiFunction<Endpoint, VoterGreeting, Optional<VoterGreeting>> ask) {
        this.config = config;
        this.own = own;
        this.greeting = greeting;
        this.ask = ask;
    }

    /** Asks all other founders. Blocks for a second per founder that does not answer. */
    Outcome round() {
        var told = new TreeMap<Integer, VoterGreeting>();
        var missing = new ArrayList<Integer>();
        new TreeMap<>(config.founders()).forEach((id, endpoint) -> {
            if (id != own.brokerId()) {
                ask.apply(endpoint, greeting)
                        .filter(answer -> isFounder(id, endpoint, answer))
                        .ifPresentOrElse(answer -> told.put(id, answer), () -> missing.add(id));
            }
        });
        var members = told.values().stream()
                .filter(answer -> UuidBytes.isValid(answer.getQuorumId()) && answer.getVotersCount() > 0)
                .toList();
        if (!members.isEmpty()) {
            return judge(members);
        }
        if (missing.isEmpty() && told.headMap(own.brokerId()).isEmpty()) {
            return found(told);
        }
        say(missing);
        return new Waiting(missing);
    }

    private Outcome judge(List<VoterGreeting> members) {
        for (var member : members) {
            var voters = voters(member);
            if (voters.stream().anyMatch(own::sameMember)) {
                return new Formed(UuidBytes.fromBytes(member.getQuorumId()), voters);
            }
        }
        return new Outside(
                voters(members.get(0)),
                members.stream()
                        .map(member -> new Endpoint(member.getBrokerHost(), member.getBrokerPort()))
                        .toList());
    }

    private Outcome found(Map<Integer, VoterGreeting> told) {
        var founders = new TreeMap<Integer, QuorumVoter>();
        founders.put(own.brokerId(), own);
        told.forEach((id, answer) -> founders.put(
                id,
                new QuorumVoter(
                        id, answer.getVoter().getStorageId(), config.founders().get(id))));
        var voters = List.copyOf(founders.values());
        return new Formed(Peers.quorumId(config.clusterId(), voters), voters);
    }

    private boolean isFounder(int id, Endpoint endpoint, VoterGreeting answer) {
        if (!answer.getClusterId().equals(config.clusterId())) {
            say("at " + endpoint + " there is a voter of cluster \"" + answer.getClusterId()
                    + "\", but cluster.id is \"" + config.clusterId() + "\"");
            return false;
        }
        if (answer.getVoter().getBrokerId() != id) {
            say("at " + endpoint + " there is broker " + answer.getVoter().getBrokerId() + ", but quorum.voters says "
                    + id);
            return false;
        }
        return true;
    }

    private void say(List<Integer> missing) {
        say(
                missing.isEmpty()
                        ? "the first of them has not formed it yet"
                        : "brokers " + missing + " do not answer. All of quorum.voters must be there once, at the first"
                                + " start");
    }

    private void say(String what) {
        if (System.nanoTime() - saidNanos > WORDS_NANOS) {
            saidNanos = System.nanoTime();
            LOG.warn("Waiting for the voters {} to form the metadata quorum: {}", config.founders(), what);
        }
    }

    private static List<QuorumVoter> voters(VoterGreeting greeting) {
        return greeting.getVotersList().stream().map(VoterMessages::voter).toList();
    }
}
