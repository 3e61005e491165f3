package io.kontiki.controller;

import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.HeartbeatResponse;
import java.util.Optional;

/**
 * What a heartbeat led to.
 *
 * @param response for the broker, at once
 * @param command to submit to the metadata log; its reply needs no answer, since a later heartbeat sees the effect
 */
public record HeartbeatOutcome(HeartbeatResponse response, Optional<Command> command) {}
