package io.kontiki.replication;

/** Neither leads nor follows. */
record IdleRole(ReplicaRole kind) implements Role {
    @Override
    public void onView(long nowNanos) {}

    @Override
    public void onAppended(long nowNanos) {}

    @Override
    public void onFlushed(long nowNanos) {}

    @Override
    public void onLogStartRaised(long nowNanos) {}

    @Override
    public void onTick(long nowNanos) {}

    @Override
    public boolean isAtRest() {
        return true;
    }

    @Override
    public void close(CommitOutcome outcome, AttachRefusal reason, int knownEpoch) {}
}
