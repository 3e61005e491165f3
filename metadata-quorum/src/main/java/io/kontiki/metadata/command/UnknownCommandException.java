package io.kontiki.metadata.command;

/** An entry of the metadata log that this version cannot apply: the node must stop before its image differs (rule I10). */
public final class UnknownCommandException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    UnknownCommandException(long term, long index) {
        super("the metadata command at " + term + ":" + index + " is of a newer version than this one, which knows"
                + " feature level " + MetadataState.FEATURE_LEVEL + "; run the version that the other voters run");
    }
}
