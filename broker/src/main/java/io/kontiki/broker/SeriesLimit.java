package io.kontiki.broker;

import io.kontiki.broker.metrics.Metric;
import io.kontiki.broker.metrics.Samples;

/** Bounds how many of a kind get series of their own in one scrape: the first ones, in the order of the image. One thread. */
final class SeriesLimit {
    /** Each has one series. */
    static final int GROUPS_MAX = 100_000;
    /** Each has three series. */
    static final int GROUP_OFFSETS_MAX = 33_000;
    /** Each has four series. */
    static final int REPLICAS_MAX = 25_000;

    private final String kind;
    private final int max;
    private int wanted;

    SeriesLimit(String kind, int max) {
        this.kind = kind;
        this.max = max;
    }

    /** Whether there is room for one more. */
    boolean take() {
        return wanted++ < max;
    }

    void tell(Samples samples) {
        samples.gauge(Metric.SCRAPE_LEFT_OUT, Math.max(0, wanted - max), kind);
    }
}
