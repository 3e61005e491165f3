package io.kontiki.quorum.ratis;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.VoterGreeting;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.VoterMessages;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a quorum comes to be from voters that only know each other's Raft endpoints. One decides, the first by broker id,
 * and only once every founder has told its storage and none knows of a quorum: so there is one set of founders. The others
 * take it over from whoever knows it. A founder that has lost its storage has another one now, finds a quorum without it,
 * and stays outside: it has no vote to give twice (rule Q5). Founders whose logs belong to a quorum already form no other
 * one, which would know nothing of those logs (rule Q6).
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

    /** One greeting and its answer. */
    interface Ask {
        /** Empty if nobody answers. May block. */
        Optional<VoterGreeting> ask(Endpoint voter, VoterGreeting own);
    }

    /** What a founder answered. */
    private record Told(QuorumVoter voter, Optional<UUID> quorumId, List<QuorumVoter> voters, Set<Integer> founders) {
        /** @throws IllegalArgumentException if a field is out of its range */
        static Told of(VoterGreeting answer) {
            return new Told(
                    VoterMessages.voter(answer.getVoter()),
                    Optional.of(answer.getQuorumId()).filter(UuidBytes::isValid).map(UuidBytes::fromBytes),
                    answer.getVotersList().stream().map(VoterMessages::voter).toList(),
                    Set.copyOf(answer.getFoundersList()));
        }

        boolean isMember() {
            return quorumId.isPresent() && !voters.isEmpty();
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Formation.class);
    private static final long WORDS_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final QuorumConfig config;
    private final QuorumVoter own;
    private final VoterGreeting greeting;
    private final Ask ask;
    private long saidNanos = System.nanoTime();

    /** @param ask reaches the other founders */
    Formation(QuorumConfig config, QuorumVoter own, VoterGreeting greeting, Ask ask) {
        this.config = config;
        this.own = own;
        this.greeting = greeting;
        this.ask = ask;
    }

    /** Asks all other founders. Blocks for a second per founder that does not answer. */
    Outcome round() {
        var told = new TreeMap<Integer, Told>();
        var brokers = new ArrayList<Endpoint>();
        var missing = new ArrayList<Integer>();
        new TreeMap<>(config.founders()).forEach((id, endpoint) -> {
            if (id != own.brokerId()) {
                ask.ask(endpoint, greeting)
                        .flatMap(answer -> read(id, endpoint, answer, brokers))
                        .ifPresentOrElse(answer -> told.put(id, answer), () -> missing.add(id));
            }
        });
        var members = told.values().stream().filter(Told::isMember).toList();
        if (!members.isEmpty()) {
            return judge(members, brokers);
        }
        return missing.isEmpty()
                ? formIfAllAgree(told)
                : waiting(
                        missing,
                        "brokers " + missing + " do not answer. All of"
                                + " quorum.voters must be there once, at the first start");
    }

    private Outcome judge(List<Told> members, List<Endpoint> brokers) {
        return members.stream()
                .filter(member -> member.voters().stream().anyMatch(own::sameMember))
                .findFirst()
                .<Outcome>map(member -> new Formed(member.quorumId().orElseThrow(), member.voters()))
                .orElseGet(() -> new Outside(members.get(0).voters(), List.copyOf(brokers)));
    }

    private Outcome formIfAllAgree(TreeMap<Integer, Told> told) {
        var bereft = new TreeMap<Integer, UUID>();
        told.forEach((id, answer) -> answer.quorumId().ifPresent(quorum -> bereft.put(id, quorum)));
        config.quorumId().ifPresent(quorum -> bereft.put(own.brokerId(), quorum));
        if (!bereft.isEmpty()) {
            return waiting(
                    bereft.keySet(),
                    "the logs of brokers " + bereft.keySet() + " are of metadata quorum "
                            + bereft.firstEntry().getValue()
                            + ", but none of the voters has its log. No other quorum is formed over them, and they are left"
                            + " as they are. Restore the metadata directory of most voters as it was last; or, to give all"
                            + " logs up, start these brokers with empty directories");
        }
        var others = told.keySet().stream()
                .filter(id -> !told.get(id).founders().equals(config.founders().keySet()))
                .toList();
        if (!others.isEmpty()) {
            return waiting(
                    others,
                    "quorum.voters names " + new TreeSet<>(config.founders().keySet()) + " here, but "
                            + new TreeSet<>(told.get(others.get(0)).founders()) + " on broker " + others.get(0)
                            + "; it must be the same on all of them");
        }
        return told.headMap(own.brokerId()).isEmpty()
                ? found(told)
                : waiting(List.of(told.firstKey()), "the first of them has not formed it yet");
    }

    private Outcome found(Map<Integer, Told> told) {
        var founders = new TreeMap<Integer, QuorumVoter>();
        founders.put(own.brokerId(), own);
        told.forEach((id, answer) -> founders.put(
                id,
                new QuorumVoter(
                        id, answer.voter().storageId(), config.founders().get(id))));
        var voters = List.copyOf(founders.values());
        return new Formed(Peers.quorumId(config.clusterId(), voters), voters);
    }

    /** What cannot be read is as good as no answer. */
    private Optional<Told> read(int id, Endpoint endpoint, VoterGreeting answer, List<Endpoint> brokers) {
        try {
            var told = Told.of(answer);
            if (!isFounder(id, endpoint, answer.getClusterId(), told)) {
                return Optional.empty();
            }
            if (told.isMember()) {
                brokers.add(new Endpoint(answer.getBrokerHost(), answer.getBrokerPort()));
            }
            return Optional.of(told);
        } catch (IllegalArgumentException e) {
            say("the answer of " + endpoint + " cannot be read: " + e.getMessage());
            return Optional.empty();
        }
    }

    private boolean isFounder(int id, Endpoint endpoint, String clusterId, Told told) {
        if (!clusterId.equals(config.clusterId())) {
            say("at " + endpoint + " there is a voter of cluster \"" + Excerpt.of(clusterId)
                    + "\", but cluster.id is \"" + config.clusterId() + "\"");
            return false;
        }
        if (told.voter().brokerId() != id) {
            say("at " + endpoint + " there is broker " + told.voter().brokerId() + ", but quorum.voters says " + id);
            return false;
        }
        return true;
    }

    private Outcome waiting(Collection<Integer> missing, String what) {
        say(what);
        return new Waiting(List.copyOf(missing));
    }

    private void say(String what) {
        if (System.nanoTime() - saidNanos > WORDS_NANOS) {
            saidNanos = System.nanoTime();
            LOG.warn("Waiting for the voters {} to form the metadata quorum: {}", config.founders(), what);
        }
    }
}
