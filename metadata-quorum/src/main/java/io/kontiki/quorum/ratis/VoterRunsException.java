package io.kontiki.quorum.ratis;

import java.io.IOException;
import java.nio.file.Path;

/** What only a stopped voter's directory can be asked for was asked of one that runs. */
public final class VoterRunsException extends IOException {
    private static final long serialVersionUID = 1L;

    VoterRunsException(Path directory) {
        super("the metadata log in " + directory + " is in use by a voter that runs, which changes it");
    }
}
