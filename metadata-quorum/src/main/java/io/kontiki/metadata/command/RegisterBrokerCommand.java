package io.kontiki.metadata.command;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.RegisterBrokerReply;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.v1.ErrorReason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A run of a broker enters the cluster (rules M1, R3, R4). It starts fenced and in no ISR; what its claim vouches for
 * decides where it stays eligible to lead.
 */
final class RegisterBrokerCommand {
    private static final int TEXT_LENGTH_MAX = 255;
    private static final int DIRECTORIES_MAX = 64;

    private RegisterBrokerCommand() {}

    static CommandReply apply(ImageEdit edit, RegisterBroker command, long index) {
        var invalid = validate(edit.image(), command);
        if (invalid.isPresent()) {
            return invalid.get();
        }
        var incarnation = UuidBytes.fromBytes(command.getIncarnation());
        var registered = edit.image().broker(command.getBrokerId());
        if (registered
                .filter(earlier -> earlier.incarnation().equals(incarnation))
                .isPresent()) {
            return reply(registered.get().epoch());
        }
        long present = registered.map(BrokerRegistration::epoch).orElse(0L);
        if (present != command.getExpectedEpoch()) {
            return overtaken(command, present);
        }
        if (registered.isPresent() && !registered.get().fenced() && !sharesDirectory(registered.get(), command)) {
            return duplicate(registered.get(), command);
        }
        var base = registered.flatMap(earlier -> knownBase(earlier, command));
        edit.put(registration(command, incarnation, base, index));
        registered.ifPresent(earlier -> leaveIsrs(edit, earlier, base.isPresent(), command));
        return reply(index);
    }

    private static void leaveIsrs(
            ImageEdit edit, BrokerRegistration earlier, boolean claimHolds, RegisterBroker command) {
        int id = earlier.id();
        var claim = claimHolds ? command.getClaim() : RestartClaim.RESTART_CLAIM_UNCLEAN;
        var exceptions = exceptions(command);
        var covered = coveredDirectories(earlier, command);
        // A replica that was not assigned in time may be in any directory, also in one that is gone.
        boolean allCovered =
                covered.containsAll(earlier.directories().keySet()) && command.getUncoveredDirectoryIdsCount() == 0;
        edit.mapPartitions((partition, record) -> {
            if (!record.hasReplica(id)) {
                return record;
            }
            var directory = record.directoryOf(id);
            boolean isCovered =
                    directory.equals(PartitionRegistration.UNASSIGNED) ? allCovered : covered.contains(directory);
            boolean unclean = !isCovered
                    || exceptions.contains(partition)
                    || isUnclean(claim, wasForced(edit.image(), partition, earlier));
            return record.isr().contains(id) || (unclean && record.elr().contains(id))
                    ? InSyncReplicas.remove(record, id, unclean, edit.image())
                    : record;
        });
    }

    /**
     * The run that a claim is about, if the quorum knows it as the last one that served there: else a backup would vouch for
     * itself (rule R3). That is the registered run; or, if that one was never unfenced, the run that it was based on in turn,
     * of which the disks still hold all that counts:
     *
     * <ul>
     *   <li>A run that was never unfenced was in no ISR, so nothing was acknowledged that it alone had; and one that died
     *       before it noted that it served, so that it passes its base on, had opened no partition: it only recovered them.
     *   <li>What a recovery cuts, the claim did not cover: a torn tail, or damage that was noted as an exception before the
     *       cut and is passed on (rule R1). What the quorum took back it does not give again: a fenced broker gets into no ISR
     *       or ELR.
     *   <li>A recovery forces what it keeps, so {@link #wasForced} may count from the last registration.
     *   <li>A copy that was made of the disks meanwhile is as good as they are. Once the run is unfenced it is not; that it was,
     *       the quorum knows by itself, not from the disk.
     * </ul>
     */
    private static Optional<UUID> knownBase(BrokerRegistration earlier, RegisterBroker command) {
        return Stream.concat(Stream.of(earlier.incarnation()), earlier.base().stream())
                .filter(run -> command.getBaseIncarnation().equals(UuidBytes.toBytes(run)))
                .findFirst();
    }

    /** Those that worked to the end of the earlier run, as far as the quorum knows, and are vouched for now. */
    private static Set<UUID> coveredDirectories(BrokerRegistration earlier, RegisterBroker command) {
        var covered = directories(command.getDirectoryIdsList());
        covered.removeIf(directory -> !earlier.isOnline(directory));
        covered.removeAll(directories(command.getUncoveredDirectoryIdsList()));
        return covered;
    }

    private static Set<UUID> directories(List<ByteString> ids) {
        return ids.stream().map(UuidBytes::fromBytes).collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Whether all that a run acknowledged was on its disk: only with a flush mode that it had from its start (rule R3). What
     * was acknowledged before the mode changed may never have been forced.
     */
    private static boolean wasForced(MetadataImage image, TopicPartition partition, BrokerRegistration run) {
        var topic = image.topic(partition.topicId()).orElseThrow();
        return topic.config().flushMode() == FlushMode.ACK && topic.flushModeIndex() < run.epoch();
    }

    private static boolean isUnclean(RestartClaim claim, boolean wasForced) {
        return switch (claim) {
            case RESTART_CLAIM_CLEAN, RESTART_CLAIM_PROCESS_CRASH -> false;
            case RESTART_CLAIM_DURABLE -> !wasForced;
            case RESTART_CLAIM_UNCLEAN, RESTART_CLAIM_UNSPECIFIED, UNRECOGNIZED -> true;
        };
    }

    private static Set<TopicPartition> exceptions(RegisterBroker command) {
        var result = new HashSet<TopicPartition>();
        for (var ref : command.getExceptionsList()) {
            result.add(new TopicPartition(UuidBytes.fromBytes(ref.getTopicId()), ref.getPartition()));
        }
        return result;
    }

    /** Whoever has a directory holds its lock: the earlier run has ended, though it is not fenced yet. */
    private static boolean sharesDirectory(BrokerRegistration earlier, RegisterBroker command) {
        return directories(command.getDirectoryIdsList()).stream().anyMatch(earlier::hasDirectory);
    }

    private static BrokerRegistration registration(
            RegisterBroker command, UUID incarnation, Optional<UUID> base, long index) {
        var directories = new TreeMap<UUID, Boolean>();
        directories(command.getDirectoryIdsList()).forEach(id -> directories.put(id, true));
        return new BrokerRegistration(
                command.getBrokerId(),
                incarnation,
                base,
                index,
                directories,
                new Endpoint(command.getHost(), command.getPort()),
                Optional.of(command.getRack()).filter(rack -> !rack.isEmpty()),
                true,
                false,
                0);
    }

    /** The answer tells what to expect: a run that is alive asks again, the late copy of an ended one does not. */
    private static CommandReply overtaken(RegisterBroker command, long present) {
        return reply(present).toBuilder()
                .setReason(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE)
                .setMessage("expected_epoch of broker " + command.getBrokerId() + " is " + command.getExpectedEpoch()
                        + ", but its epoch is " + present)
                .build();
    }

    private static CommandReply duplicate(BrokerRegistration earlier, RegisterBroker command) {
        return Replies.refusal(
                ErrorReason.ERROR_REASON_DUPLICATE_BROKER,
                "broker_id " + command.getBrokerId() + " is in use by a running broker at " + earlier.endpoint()
                        + " with directories " + earlier.directories().keySet() + "; the one at " + command.getHost()
                        + ":" + command.getPort() + " has " + directories(command.getDirectoryIdsList()));
    }

    private static CommandReply reply(long epoch) {
        return CommandReply.newBuilder()
                .setRegisterBroker(RegisterBrokerReply.newBuilder().setBrokerEpoch(epoch))
                .build();
    }

    private static Optional<CommandReply> validate(MetadataImage image, RegisterBroker command) {
        if (image.clusterId().isEmpty() || !image.clusterId().equals(command.getClusterId())) {
            return Optional.of(ClusterCommands.wrongCluster(command.getClusterId(), image.clusterId()));
        }
        return problem(command).map(Replies::invalid);
    }

    private static Optional<String> problem(RegisterBroker command) {
        if (command.getBrokerId() < 0) {
            return Optional.of("broker_id is " + command.getBrokerId() + ", but must be at least 0");
        }
        if (!UuidBytes.isValid(command.getIncarnation())) {
            return Optional.of(
                    "incarnation has " + command.getIncarnation().size() + " bytes, but must have " + UuidBytes.LENGTH);
        }
        if (command.getHost().isEmpty() || command.getHost().length() > TEXT_LENGTH_MAX) {
            return Optional.of("host \"" + Excerpt.of(command.getHost()) + "\" has "
                    + command.getHost().length() + " characters, not 1 to " + TEXT_LENGTH_MAX);
        }
        if (command.getPort() < 1 || command.getPort() > 65_535) {
            return Optional.of("port is " + command.getPort() + ", not 1 to 65535");
        }
        if (command.getRack().length() > TEXT_LENGTH_MAX) {
            return Optional.of("rack \"" + Excerpt.of(command.getRack()) + "\" has "
                    + command.getRack().length() + " characters, but at most " + TEXT_LENGTH_MAX + " are allowed");
        }
        for (var ref : command.getExceptionsList()) {
            if (!UuidBytes.isValid(ref.getTopicId())) {
                return Optional.of("topic_id of an exception has "
                        + ref.getTopicId().size() + " bytes, but must have " + UuidBytes.LENGTH);
            }
        }
        return directoryProblem(command);
    }

    private static Optional<String> directoryProblem(RegisterBroker command) {
        int count = command.getDirectoryIdsCount();
        if (count < 1 || count > DIRECTORIES_MAX) {
            return Optional.of("directory_ids has " + count + " entries, not 1 to " + DIRECTORIES_MAX);
        }
        var all = new ArrayList<>(command.getDirectoryIdsList());
        all.addAll(command.getUncoveredDirectoryIdsList());
        for (var id : all) {
            if (!UuidBytes.isValid(id) || UuidBytes.fromBytes(id).equals(PartitionRegistration.UNASSIGNED)) {
                return Optional.of("a directory id has " + id.size() + " bytes, but must have " + UuidBytes.LENGTH
                        + ", not all of them 0");
            }
        }
        if (directories(command.getDirectoryIdsList()).size() != count) {
            return Optional.of("directory_ids names a directory twice");
        }
        return Optional.empty();
    }
}
