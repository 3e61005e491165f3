package io.kontiki.partition;

import io.kontiki.log.PartitionLog;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.storage.StorageException;

/** A partition of this broker as {@link Compactor} sees it. */
record CompactedPartition(String name, PartitionLog log, EventLoop loop, ReplicaDriver driver)
        implements Compactor.Target {
    @Override
    public long highWatermark() {
        return driver.view().highWatermark();
    }

    @Override
    public boolean isWhole() {
        return driver.view().isWhole();
    }

    @Override
    public void execute(Runnable onWriter) {
        loop.execute(() -> {
            if (!driver.stopped() && driver.isOf(log)) {
                onWriter.run();
            }
        });
    }

    /** Rule L12: what is committed and cannot be read here comes back from another replica. */
    @Override
    public void onDamage(InvalidBatchException damage) {
        onLogTrouble(damage);
    }

    @Override
    public void onFailure(StorageException failure) {
        onLogTrouble(failure);
    }

    /** A log that has moved away meanwhile is closed: what is wrong with it now is nobody's trouble. */
    private void onLogTrouble(RuntimeException trouble) {
        loop.execute(() -> {
            if (driver.isOf(log)) {
                driver.onIoError(trouble);
            }
        });
    }
}
