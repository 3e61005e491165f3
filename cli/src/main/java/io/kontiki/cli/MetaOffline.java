package io.kontiki.cli;

import io.kontiki.client.MetadataNode;
import io.kontiki.metadata.tree.MetadataPath;
import io.kontiki.metadata.tree.MetadataTree;
import io.kontiki.metadata.tree.NoSuchNodeException;
import io.kontiki.metadata.tree.NodeWalk;
import io.kontiki.quorum.ratis.DamagedMetadataException;
import io.kontiki.quorum.ratis.StoppedMetadata;
import io.kontiki.quorum.ratis.VoterRunsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The metadata in the directory of a stopped broker. The only class of the command that reads images itself. */
final class MetaOffline implements MetaSource {
    private final MetadataTree tree;

    private MetaOffline(MetadataTree tree) {
        this.tree = tree;
    }

    /** Reads the directory, and tells people what of it this is. */
    static MetaOffline open(Path directory, Messages messages) {
        StoppedMetadata stopped = read(directory);
        messages.tell(what(stopped));
        return new MetaOffline(new MetadataTree(stopped.image(), stopped.quorum()));
    }

    private static StoppedMetadata read(Path directory) {
        try {
            return StoppedMetadata.read(directory);
        } catch (VoterRunsException e) {
            throw new Failure(
                    ExitCode.CONFLICT,
                    ErrorReport.plain(e.getMessage()),
                    "Stop that broker first, or ask it while it runs: kontiki meta --bootstrap HOST:PORT",
                    e);
        } catch (DamagedMetadataException e) {
            throw new Failure(
                    ExitCode.FAILED,
                    ErrorReport.plain(e.getMessage()),
                    "Read the directory of another voter. To make this one whole again, start its broker with an empty one"
                            + " and: kontiki quorum replace ID",
                    e);
        } catch (IOException | UncheckedIOException e) {
            throw new Failure(
                    ExitCode.FAILED,
                    ErrorReport.plain(String.valueOf(e.getMessage())),
                    "Give the metadata.log.dir of a stopped voter, or else the first of its log.dirs.",
                    e);
        }
    }

    private static String what(StoppedMetadata stopped) {
        String source = stopped.snapshotIndex().isPresent()
                ? "from the snapshot at index " + stopped.snapshotIndex().getAsLong() + " and the log behind it"
                : "from the log, there is no " + (stopped.damaged().isEmpty() ? "" : "whole ") + "snapshot";
        String unknown = stopped.unknownEntries() == 0
                ? ""
                : "; left out: " + stopped.unknownEntries()
                        + " later entries, of which this disk alone does not tell whether they were committed";
        String damaged = stopped.damaged().isEmpty()
                ? ""
                : "; passed over, because damaged: "
                        + stopped.damaged().stream().map(Path::toString).collect(Collectors.joining(", "));
        return "metadata as of index " + stopped.appliedIndex() + ", " + source + unknown + damaged;
    }

    @Override
    public MetadataNode node(String path) {
        var parsed = parse(path);
        return shown(parsed, find(parsed), true);
    }

    @Override
    public void visit(String path, int depth, boolean values, Predicate<MetadataNode> visitor) {
        var parsed = parse(path);
        new NodeWalk(depth, (each, node) -> visitor.test(shown(each, node, values)))
                .below(parsed, find(parsed), List.of());
    }

    private io.kontiki.metadata.tree.MetadataNode find(MetadataPath path) {
        try {
            return tree.node(path);
        } catch (NoSuchNodeException e) {
            throw new Failure(ExitCode.NOT_FOUND, e.getMessage(), "See what there is: kontiki meta ls -R /", e);
        }
    }

    private MetadataNode shown(MetadataPath path, io.kontiki.metadata.tree.MetadataNode node, boolean value) {
        return new MetadataNode(
                path.toString(),
                value ? node.value() : Optional.empty(),
                node.childCount(),
                node.version(),
                tree.position().term(),
                tree.position().index());
    }

    private static MetadataPath parse(String path) {
        try {
            return MetadataPath.parse(path);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, e.getMessage(), "", e);
        }
    }
}
