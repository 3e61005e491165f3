package io.kontiki.quorum.ratis;

import java.io.IOException;

/** What a voter has on its disk is damaged, and what is left of it makes no whole image. */
public final class DamagedMetadataException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedMetadataException(String message, Throwable cause) {
        super(message, cause);
    }
}
