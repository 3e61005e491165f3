package io.kontiki.thin;

import io.grpc.StatusRuntimeException;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PartitionError;
import java.util.Optional;

/** How refusals look on the wire: as those of all other services of the broker, which hands its mapping in. Thread-safe. */
public interface WireErrors {
    /**
     * The failure of a whole call.
     *
     * @param message for people: names the field, the value and the limit
     * @param field path of the field of the request that is to blame, if there is one
     */
    StatusRuntimeException status(ErrorReason reason, String message, Optional<String> field);

    /** The failure of one message of a stream, which goes on. */
    PartitionError partitionError(ErrorReason reason, String message);
}
