package io.kontiki.broker;

import io.grpc.StatusRuntimeException;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PartitionError;
import io.kontiki.service.Refusal;
import io.kontiki.service.ServiceErrors;
import io.kontiki.thin.ThinSettings;
import io.kontiki.thin.ThinTier;
import io.kontiki.thin.TopicShapes.TopicShape;
import io.kontiki.thin.WireErrors;
import java.util.Optional;

/** Gives the thin tier what it needs to know of this broker. */
final class ThinServices {
    private ThinServices() {}

    static ThinTier of(LocalMetadata metadata) {
        return new ThinTier(ThinSettings.ofThisProcess(), new Errors(), name -> shape(metadata, name));
    }

    private static Optional<TopicShape> shape(LocalMetadata metadata, String name) {
        return metadata.current()
                .topic(name)
                .map(topic -> new TopicShape(
                        topic.partitions().size(), topic.config().messages().maxBytes()));
    }

    /** As all other services tell of errors. */
    private static final class Errors implements WireErrors {
        @Override
        public StatusRuntimeException status(ErrorReason reason, String message, Optional<String> field) {
            return ServiceErrors.exception(new Refusal(reason, message, field, Optional.empty()));
        }

        @Override
        public PartitionError partitionError(ErrorReason reason, String message) {
            return ServiceErrors.partitionError(Refusal.of(reason, message));
        }
    }
}
