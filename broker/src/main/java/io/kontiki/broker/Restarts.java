package io.kontiki.broker;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.MetadataPublisher;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Tells of brokers that run anew, perhaps at another address behind the same name. Belongs to the thread that publishes
 * metadata.
 */
final class Restarts implements MetadataPublisher {
    private final Consumer<BrokerRegistration> onRestart;

    /** By broker id, the run that was known last. */
    private final Map<Integer, UUID> incarnations = new HashMap<>();

    /** @param onRestart told of the new run; not of the first one that is known of a broker */
    Restarts(Consumer<BrokerRegistration> onRestart) {
        this.onRestart = onRestart;
    }

    @Override
    public void onMetadata(MetadataDelta delta, MetadataImage image) {
        delta.removedBrokers().forEach(incarnations::remove);
        for (int id : delta.changedBrokers()) {
            var broker = image.brokers().get(id);
            var before = incarnations.put(id, broker.incarnation());
            if (before != null && !before.equals(broker.incarnation())) {
                onRestart.accept(broker);
            }
        }
    }
}
