package io.kontiki.chaos.check;

import io.kontiki.chaos.history.Anomaly;

/** One thing that is wrong, for people. */
public record Finding(Anomaly anomaly, String detail) {}
