package io.kontiki.service.quorum;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.DescribeMemberResponse;
import io.kontiki.quorum.FaultHandler;
import io.kontiki.quorum.MembershipListener;
import io.kontiki.quorum.QuorumMembers;
import io.kontiki.quorum.QuorumStartException;
import io.kontiki.quorum.QuorumVoter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How this broker comes to vote, and ceases to. A storage is offered to the quorum once: if a leader does not count it
 * among the voters, it was removed, or its addition has failed, and the next offer is another one. So what was removed
 * never votes again, and to be told so late harms nobody (rule Q5).
 *
 * <p>All of it runs on one thread, since it waits for answers, and for storages that open and close.
 */
public final class Membership implements MembershipListener {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    private static final long ASK_AGAIN_MILLIS = 200;
    /** Elections are over much sooner. */
    private static final long ASK_NANOS_MAX = TimeUnit.SECONDS.toNanos(20);
    /** A broker that has just started knows nobody to ask before its first image; whoever wants it to join is waiting. */
    private static final long OFFER_NANOS_MAX = TimeUnit.SECONDS.toNanos(4);

    private final int brokerId;
    private final QuorumMembers members;
    private final QuorumView view;
    private final LocalMetadata metadata;
    private final MemberCalls calls;
    private final ImageWatcher watcher;
    private final FaultHandler faults;
    private final Executor thread;

    /**
     * @param watcher works while this broker does not vote
     * @param faults told of a member that closed itself, though it was not removed
     * @param thread one, which may be blocked
     */
    public Membership(
            int brokerId,
            QuorumMembers members,
            QuorumView view,
            LocalMetadata metadata,
            MemberCalls calls,
            ImageWatcher watcher,
            FaultHandler faults,
            Executor thread) {
        this.brokerId = brokerId;
        this.members = members;
        this.view = view;
        this.metadata = metadata;
        this.calls = calls;
        this.watcher = watcher;
        this.faults = faults;
        this.thread = thread;
    }

    @Override
    public void onVoting(List<QuorumVoter> voters) {
        thread.execute(watcher::stop);
    }

    @Override
    public void onOutside(List<Endpoint> brokers) {
        thread.execute(() -> {
            view.learned(brokers);
            watcher.start();
        });
    }

    @Override
    public void onClosed(QuorumVoter member) {
        thread.execute(() -> judgeClosed(member, System.nanoTime()));
    }

    @Override
    public void onLeaderless(QuorumVoter member) {
        thread.execute(() -> members.own()
                .filter(own -> own.sameMember(member) && members.votes() && vote(own) == Vote.DOES_NOT_COUNT)
                .ifPresent(this::giveUp));
    }

    /** Perhaps it was removed: a leader knows, and if there is none just now, there will be one. */
    private void judgeClosed(QuorumVoter member, long closedNanos) {
        var own = members.own().filter(member::sameMember);
        if (own.isEmpty()) {
            return;
        }
        var vote = vote(own.get());
        if (vote == Vote.DOES_NOT_COUNT) {
            giveUp(own.get());
        } else if (vote == Vote.UNKNOWN && System.nanoTime() - closedNanos < ASK_NANOS_MAX) {
            again(() -> judgeClosed(member, closedNanos));
        } else {
            faults.onFault(
                    "The metadata quorum's member closed itself; see the messages before",
                    new IllegalStateException("Raft division closed"));
        }
    }

    private void again(Runnable step) {
        CompletableFuture.delayedExecutor(ASK_AGAIN_MILLIS, TimeUnit.MILLISECONDS, thread)
                .execute(step);
    }

    /** A storage that the leader may add. Fails with {@link QuorumStartException} if there is none. */
    CompletableFuture<QuorumVoter> join(UUID quorumId) {
        var offered = new CompletableFuture<QuorumVoter>();
        long askedNanos = System.nanoTime();
        thread.execute(() -> offer(quorumId, askedNanos, offered));
        return offered;
    }

    private void offer(UUID quorumId, long askedNanos, CompletableFuture<QuorumVoter> offered) {
        try {
            var own = members.own().filter(any -> members.quorumId().equals(Optional.of(quorumId)));
            var vote = own.map(this::vote).orElse(Vote.DOES_NOT_COUNT);
            if (vote == Vote.UNKNOWN && System.nanoTime() - askedNanos < OFFER_NANOS_MAX) {
                again(() -> offer(quorumId, askedNanos, offered));
            } else {
                offered.complete(answer(quorumId, own, vote));
            }
        } catch (RuntimeException | Error e) {
            offered.completeExceptionally(e);
        }
    }

    private QuorumVoter answer(UUID quorumId, Optional<QuorumVoter> own, Vote vote) {
        switch (vote) {
            case DOES_NOT_COUNT -> own.ifPresent(this::giveUp);
            case UNKNOWN ->
                throw new QuorumStartException("no leader tells whether its storage "
                        + own.orElseThrow().memberId() + " votes; try again");
            case COUNTS ->
                LOG.info("The storage {} votes already", own.orElseThrow().memberId());
        }
        return members.join(quorumId);
    }

    /** Deletes a storage that was removed. False if this broker has no such one, or a leader does not say that it was. */
    CompletableFuture<Boolean> leave(String storageId) {
        return CompletableFuture.supplyAsync(
                () -> leave(members.own().filter(own -> own.storageId().equals(storageId))), thread);
    }

    private boolean leave(Optional<QuorumVoter> own) {
        return own.isPresent() && vote(own.get()) == Vote.DOES_NOT_COUNT && giveUp(own.get());
    }

    /** From now on the broker follows those that vote. */
    private boolean giveUp(QuorumVoter own) {
        view.remember();
        try {
            if (!members.leave(own.storageId())) {
                return false;
            }
        } catch (RuntimeException e) {
            faults.onFault("The storage " + own + ", which does not vote any more, cannot be given up", e);
            return false;
        }
        LOG.info("The storage {} of broker {} does not vote any more; the broker goes on without", own, brokerId);
        watcher.start();
        return true;
    }

    /** By asking all brokers at once, this one too. */
    private Vote vote(QuorumVoter storage) {
        var own = view.describe();
        var asked = new ArrayList<CompletableFuture<DescribeMemberResponse>>();
        asked.add(own);
        metadata.current().brokers().values().stream()
                .filter(broker -> broker.id() != brokerId)
                .forEach(broker -> asked.add(calls.describe(broker.endpoint())));
        var told = asked.stream()
                .map(answer -> answer.handle((response, error) -> Optional.ofNullable(response)))
                .flatMap(answer -> answer.join().stream())
                .filter(this::isOfThisQuorum)
                .toList();
        return Vote.of(storage.storageId(), own.join(), told);
    }

    private boolean isOfThisQuorum(DescribeMemberResponse answer) {
        return members.quorumId().map(UuidBytes::toBytes).equals(Optional.of(answer.getQuorumId()));
    }
}
