package io.kontiki.service.quorum;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.ImageCodec;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.tree.QuorumFacts;
import io.kontiki.proto.internal.v1.DescribeMemberResponse;
import io.kontiki.proto.internal.v1.WatchImageResponse.Voters;
import io.kontiki.proto.v1.LeaderHint;
import io.kontiki.quorum.MetadataLog;
import io.kontiki.quorum.QuorumMembers;
import io.kontiki.quorum.QuorumStatus;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.VoterMessages;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * What this broker knows of the quorum: by its own member if it votes, else as a voter told it. So a broker finds the
 * voters also when none of those in its configuration is left. Thread-safe.
 */
public final class QuorumView {
    private static final int UNKNOWN_ID = -1;

    private final MetadataLog log;
    private final QuorumMembers members;
    private final LocalMetadata metadata;
    private final List<Endpoint> configured;
    // What was heard last, of a stream or when the quorum was formed. Changed under the lock of this.
    private volatile Voters told = Voters.getDefaultInstance();

    /** @param configured where to ask first, if this broker does not vote ({@code metadata.bootstrap.servers}) */
    public QuorumView(MetadataLog log, QuorumMembers members, LocalMetadata metadata, List<Endpoint> configured) {
        this.log = log;
        this.members = members;
        this.metadata = metadata;
        this.configured = List.copyOf(configured);
    }

    /** Whether this broker votes. */
    public boolean votes() {
        return members.votes();
    }

    /** As {@link QuorumMembers#takeSnapshot}. */
    CompletableFuture<Long> takeSnapshot() {
        return members.takeSnapshot();
    }

    /** Whether this broker leads. */
    boolean leads() {
        return log.status().leading();
    }

    /** Where a broker that does not vote may ask: those that vote, as far as known, then those of the configuration. */
    public List<Endpoint> servers() {
        var all = new LinkedHashSet<Endpoint>();
        told.getBrokersList().forEach(voter -> all.add(endpoint(voter)));
        all.addAll(configured);
        return List.copyOf(all);
    }

    private static Endpoint endpoint(LeaderHint broker) {
        return new Endpoint(broker.getHost(), broker.getPort());
    }

    /**
     * A voter says who votes. False, and nothing of it is kept, if it is of another quorum than this broker follows (rule
     * Q6): one that was formed anew knows none of the topics, and to follow it would be to delete them.
     */
    synchronized boolean heard(Voters voters) {
        if (isOfAnotherQuorum(voters)) {
            return false;
        }
        // In a young cluster the voters' brokers are registered only later. What is known stays.
        var next = voters.getBrokersCount() > 0 ? voters.toBuilder() : told.toBuilder();
        told = next.setQuorumId(UuidBytes.isValid(voters.getQuorumId()) ? voters.getQuorumId() : told.getQuorumId())
                .build();
        return true;
    }

    private boolean isOfAnotherQuorum(Voters voters) {
        return wrongQuorum(voters.getQuorumId()).isPresent();
    }

    /** Members of the quorum take calls there, too. What a voter has told is more, and stays. */
    public synchronized void learned(List<Endpoint> brokers) {
        var voters = told.toBuilder();
        var known = told.getBrokersList().stream().map(QuorumView::endpoint).toList();
        brokers.stream()
                .filter(endpoint -> !known.contains(endpoint))
                .forEach(endpoint -> voters.addBrokers(LeaderHint.newBuilder()
                        .setLeaderId(UNKNOWN_ID)
                        .setHost(endpoint.host())
                        .setPort(endpoint.port())));
        told = voters.build();
    }

    /** This broker is about to vote no more: what it knows by itself is what it was told from then on. */
    public void remember() {
        heard(ownVoters());
    }

    /** The quorum's id, once known. */
    public Optional<UUID> quorumId() {
        return members.quorumId()
                .or(() -> Optional.of(told.getQuorumId())
                        .filter(UuidBytes::isValid)
                        .map(UuidBytes::fromBytes));
    }

    /** As messages name it: empty before it is known. */
    ByteString quorumIdBytes() {
        return quorumId().map(UuidBytes::toBytes).orElse(ByteString.EMPTY);
    }

    /** What is wrong with a caller that follows the quorum of this id; nothing if it does not know any yet (rule Q6). */
    Optional<String> wrongQuorum(ByteString told) {
        return quorumId()
                .filter(own -> UuidBytes.isValid(told) && !own.equals(UuidBytes.fromBytes(told)))
                .map(own -> "the caller is of metadata quorum " + UuidBytes.fromBytes(told) + ", but this is " + own
                        + ", which was formed anew and does not know the caller's logs. They are left as they are. Restore"
                        + " the metadata directory of most voters as it was last; or, to give these logs up, start that"
                        + " broker with empty directories");
    }

    /** The broker that leads, as far as known. */
    public OptionalInt leaderId() {
        if (votes()) {
            return log.status().leaderId();
        }
        return told.hasLeaderId() ? OptionalInt.of(told.getLeaderId()) : OptionalInt.empty();
    }

    /** All of it, to be looked at. */
    public QuorumFacts facts() {
        var status = votes() ? Optional.of(log.status()) : Optional.<QuorumStatus>empty();
        var voters = new TreeMap<Integer, String>();
        voterIds().forEach(id -> voters.put(id, ""));
        if (status.isPresent()) {
            members.voters().forEach(voter -> voters.put(voter.brokerId(), voter.toString()));
        }
        return new QuorumFacts(
                quorumId().map(UUID::toString),
                status.map(known -> OptionalLong.of(known.term())).orElseGet(OptionalLong::empty),
                leaderId(),
                voters,
                status.filter(known -> known.committedIndex() >= 0)
                        .map(known -> OptionalLong.of(known.committedIndex()))
                        .orElseGet(OptionalLong::empty));
    }

    /** Broker ids of the voters, as far as known. */
    public List<Integer> voterIds() {
        return votes()
                ? members.voters().stream()
                        .map(QuorumVoter::brokerId)
                        .distinct()
                        .toList()
                : told.getBrokersList().stream()
                        .map(LeaderHint::getLeaderId)
                        .filter(id -> id != UNKNOWN_ID)
                        .toList();
    }

    /** For brokers that follow this one, or should follow others. */
    Voters voters() {
        return votes() ? ownVoters() : told;
    }

    private Voters ownVoters() {
        var image = metadata.current();
        var voters = Voters.newBuilder();
        members.quorumId().ifPresent(id -> voters.setQuorumId(UuidBytes.toBytes(id)));
        log.status().leaderId().ifPresent(voters::setLeaderId);
        members.voters().stream()
                .map(QuorumVoter::brokerId)
                .distinct()
                .forEach(id -> image.broker(id)
                        .ifPresent(broker -> voters.addBrokers(LeaderHint.newBuilder()
                                .setLeaderId(broker.id())
                                .setHost(broker.endpoint().host())
                                .setPort(broker.endpoint().port()))));
        return voters.build();
    }

    /** Never completes exceptionally. The voters are looked up after this broker is sure to lead, if it does (rule Q11). */
    CompletableFuture<DescribeMemberResponse> describe() {
        var image = metadata.current();
        var response = DescribeMemberResponse.newBuilder()
                // Of a leader that loses its term meanwhile none is told that it did not lead in.
                .setTerm(log.status().term())
                .setImageIndex(image.position().index())
                .setImageDigest(ImageCodec.digest(image));
        return log.confirmLeading()
                .thenApply(leads -> withMembers(response.setLeading(leads)).build());
    }

    private DescribeMemberResponse.Builder withMembers(DescribeMemberResponse.Builder response) {
        var position = members.votersPosition();
        response.setVotersIndex(position.map(LogPosition::index).orElse(-1L))
                .setVotersTerm(position.map(LogPosition::term).orElse(0L))
                .addAllSilentVoters(members.silentVoters());
        quorumId().ifPresent(id -> response.setQuorumId(UuidBytes.toBytes(id)));
        leaderId().ifPresent(response::setLeaderId);
        members.own().ifPresent(own -> response.setOwn(VoterMessages.message(own)));
        members.voters().forEach(voter -> response.addVoters(VoterMessages.message(voter)));
        return response;
    }
}
