package io.kontiki.chaos.fault;

import io.kontiki.chaos.cluster.ChaosCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Every fault that there is. */
public enum Fault {
    KILL(Kind.BROKER, ProcessFaults::kill),
    PAUSE(Kind.BROKER, ProcessFaults::pause),
    RESTART(Kind.BROKER, ProcessFaults::restart),
    KILL_ALL(Kind.CLUSTER, ProcessFaults::killAll),
    ROLLING_RESTART(Kind.CLUSTER, ProcessFaults::rollingRestart),
    /** From all brokers and clients. */
    ISOLATE(Kind.NETWORK, NetworkFaults::isolate),
    /** From all brokers, not from clients. */
    CUT_OFF(Kind.NETWORK, NetworkFaults::cutOff),
    /** The lesser half from the greater one; clients reach both. */
    HALVES(Kind.NETWORK, NetworkFaults::halves),
    /** What it sends to other brokers is lost. */
    MUTE(Kind.NETWORK, NetworkFaults::mute),
    /** What other brokers send to it is lost. */
    DEAF(Kind.NETWORK, NetworkFaults::deaf),
    /** It alone sees both sides of two that do not see each other. */
    BRIDGE(Kind.NETWORK, NetworkFaults::bridge),
    /** From all voters, not from the other brokers. */
    FROM_QUORUM(Kind.NETWORK, NetworkFaults::fromQuorum),
    /** From all brokers but the controller, and not from the metadata quorum. */
    FROM_FOLLOWERS(Kind.NETWORK, NetworkFaults::fromFollowers),
    SLOW_LINK(Kind.LINK, NetworkFaults::slowLink),
    FULL_DISK(Kind.DISK, DiskFaults::full),
    HUNG_DISK(Kind.DISK, DiskFaults::hung),
    /** Every access fails from now on; the process lives. */
    DEAD_DISK(Kind.DISK, DiskFaults::dead),
    POWER_CUT(Kind.DISK, DiskFaults::powerCut),
    POWER_CUT_ALL(Kind.ALL_DISKS, DiskFaults::powerCutAll),
    /** The next flush of a log fails, the one after it would not. */
    FAIL_FLUSH(Kind.DISK, DiskFaults::failFlush),
    /** In files that are closed, of each log. */
    FLIP_BITS(Kind.DISK, DiskFaults::flipBits),
    /** An empty one instead of the old one; of a broker that is no voter. */
    NEW_DISK(Kind.DISK, DiskFaults::newDisk),
    /** Its wall clock jumps an hour ahead, and back in the end. */
    CLOCK_AHEAD(Kind.CLOCK, ClockFaults::ahead),
    /** Its wall clock jumps an hour back, and ahead again in the end. */
    CLOCK_BEHIND(Kind.CLOCK, ClockFaults::behind),
    /** A replica of it moves elsewhere; cancelled if that takes too long. */
    REASSIGN(Kind.OPERATOR, AdminFaults::reassign),
    /** The first replicas are asked to lead. */
    ELECT(Kind.OPERATOR, AdminFaults::elect),
    /** A topic is made, and deleted in the end. */
    TOPIC(Kind.OPERATOR, AdminFaults::topic),
    /** Leaders are elected where no complete replica is left. */
    ELECT_UNCLEAN(Kind.OPERATOR, AdminFaults::electUnclean);

    /** What a fault lays its hands on. */
    enum Kind {
        /** The process of one broker: no two such faults at a time strike the same one. */
        BROKER,
        /** All processes. */
        CLUSTER,
        /** The network; such faults add up. */
        NETWORK,
        /** One broker's link. */
        LINK,
        /** The disk and, with it, the process of one broker. */
        DISK,
        /** All disks. */
        ALL_DISKS,
        /** One broker's wall clock. */
        CLOCK,
        /** What operators do; breaks nothing. */
        OPERATOR;

        boolean needsNetwork() {
            return this == NETWORK || this == LINK;
        }

        boolean needsDisks() {
            return this == DISK || this == ALL_DISKS;
        }

        boolean claimsOneBroker() {
            return this == BROKER || this == DISK;
        }

        boolean claimsAll() {
            return this == CLUSTER || this == ALL_DISKS;
        }
    }

    /** Does the deed. */
    interface Lever {
        /** @param time how long it will last until it is undone */
        Struck strike(ChaosCluster cluster, int victim, Duration time) throws IOException;
    }

    private final Kind kind;
    private final Lever lever;

    Fault(Kind kind, Lever lever) {
        this.kind = kind;
        this.lever = lever;
    }

    Kind kind() {
        return kind;
    }

    public boolean needsNetwork() {
        return kind.needsNetwork();
    }

    public boolean needsDisks() {
        return kind.needsDisks();
    }

    public boolean needsClocks() {
        return kind == Kind.CLOCK;
    }

    /**
     * Whether it cannot begin while another one lasts.
     *
     * @param sameBroker whether it would strike the one that the other one struck
     */
    boolean collidesWith(Fault other, boolean sameBroker) {
        boolean processes = kind.claimsOneBroker() || kind.claimsAll();
        boolean otherProcesses = other.kind.claimsOneBroker() || other.kind.claimsAll();
        if (processes && otherProcesses) {
            return sameBroker || kind.claimsAll() || other.kind.claimsAll();
        }
        return switch (kind) {
            case LINK, CLOCK -> kind == other.kind && sameBroker;
            case OPERATOR -> this == other;
            case BROKER, CLUSTER, NETWORK, DISK, ALL_DISKS -> false;
        };
    }

    Struck strike(ChaosCluster cluster, int victim, Duration time) throws IOException {
        return lever.strike(cluster, victim, time);
    }

    /** Whether the disk may be given up for it, with all that it holds; not for a power cut, where what was flushed is back. */
    boolean costsAReplica() {
        return this == HUNG_DISK || this == DEAD_DISK || this == FAIL_FLUSH;
    }

    /**
     * Whether it is drawn by chance. The others cost more than a replica's place in the ISR or take long; two of them at
     * a bad time may cost data that nobody promised to keep.
     */
    public boolean drawn() {
        return this != ROLLING_RESTART && this != FLIP_BITS && this != NEW_DISK && this != ELECT_UNCLEAN;
    }

    /** As in schedules, such as {@code hung-disk}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException saying what faults there are */
    public static Fault parse(String label) {
        return Arrays.stream(values())
                .filter(fault -> fault.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("fault " + label + " is unknown; there are "
                        + Arrays.stream(values()).map(Fault::label).collect(Collectors.joining(", "))));
    }
}
