package io.kontiki.client;

/** Words for deliveries that did not happen in time. */
final class Deliveries {
    private Deliveries() {}

    static KontikiException timedOut(TopicPartition partition, KontikiException last) {
        var why = last == null ? "its leader is unknown or unreachable" : "last: " + last.getMessage();
        return new KontikiException(
                ErrorReason.TIMED_OUT,
                "partition " + partition + ": not delivered within the delivery time-out; " + why,
                last);
    }
}
