package io.kontiki.simulation;

import io.kontiki.controller.Controller;
import io.kontiki.controller.Now;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.HeartbeatResponse;
import java.util.OptionalLong;

/**
 * A controller that stood still together with the broker beside it while another one was elected, and does not know it
 * yet. It hears that broker alone, knows the metadata as it was, and what it commands is void.
 *
 * @param confirmedNanos when the voters last followed it
 */
record DeposedController(Controller controller, MetadataImage image, int broker, long confirmedNanos) {
    HeartbeatResponse onHeartbeat(HeartbeatRequest request, Now now) {
        return controller
                .onHeartbeat(request, image, OptionalLong.of(confirmedNanos), now)
                .response();
    }

    void onTick(Now now) {
        controller.onTick(image, now);
    }
}
