package io.kontiki.broker;

import io.grpc.BindableService;
import io.kontiki.broker.http.HttpEndpoint;
import io.kontiki.broker.metrics.ScrapedMetrics;
import io.kontiki.log.LogConfig;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.partition.CompactionSettings;
import io.kontiki.partition.LogDir;
import io.kontiki.partition.MoveSettings;
import io.kontiki.partition.PartitionLogs;
import io.kontiki.partition.ScrubSettings;
import io.kontiki.partition.Threads;
import io.kontiki.quorum.QuorumStartException;
import io.kontiki.replication.ReplicaOptions;
import io.kontiki.service.ClusterGrpcService;
import io.kontiki.service.ConfigGrpcService;
import io.kontiki.service.DataPlane;
import io.kontiki.service.MetaGrpcService;
import io.kontiki.service.MetadataGrpcService;
import io.kontiki.service.ServerInfo;
import io.kontiki.service.StartGate;
import io.kontiki.service.TopicGrpcService;
import io.kontiki.storage.StorageException;
import io.kontiki.thin.ThinTier;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One broker, from its start to its stop: the place where all parts are wired. The same class runs in a process of its
 * own and inside tests and other programs; it never ends the process itself, but tells by {@link #awaitTermination} how
 * it ended. Thread-safe.
 *
 * <pre>
 * start: directory, HTTP, recovery of the logs, gRPC server, metadata log, registration, caught up, serving
 * stop:  leaderships and groups handed over, gRPC server, logs, session, metadata log, clean marker, HTTP, directory
 * fault: gRPC server, session, metadata log; then the rest, for a few seconds at most
 * </pre>
 */
public final class Broker implements AutoCloseable {
    /** How {@link #awaitTermination} tells an orderly stop. */
    public static final int STOPPED = 0;
    /** How {@link #awaitTermination} tells that the broker could not go on; the log has the cause. */
    public static final int FAILED = 1;

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final int READER_THREADS = 4;
    /** For calls that end by themselves; streams do not, and are cut after it. */
    private static final Duration CALLS_GRACE = Duration.ofMillis(500);
    /** A broker whose replicas are not all in sync by then counts as ready nevertheless. */
    private static final Duration CATCH_UP_MAX = Duration.ofMinutes(5);

    /** What is not closed by then waits for something that may never come. */
    private static final Duration FAULT_CLOSE_MAX = Duration.ofSeconds(10);

    /** An event loop may wait for a disk, which is looked after by itself. */
    private static final Duration LOOP_PATIENCE_MIN = Duration.ofSeconds(30);

    private static final int LOOP_PATIENCE_TIMEOUTS = 2;

    private final BrokerConfig config;
    private final DataDirectories directories;
    private final MeterRegistry meters;
    private final ScrapedMetrics scraped = new ScrapedMetrics();
    private final Health health;
    private final long startedNanos = System.nanoTime();
    private final OpenParts parts = new OpenParts();
    private final CompletableFuture<Void> serving = new CompletableFuture<>();
    private final CompletableFuture<Integer> termination = new CompletableFuture<>();
    private final StartGate gate = new StartGate();
    private final RunInterceptor run;
    private final ConnectionCounts connections = new ConnectionCounts();
    private final AtomicBoolean stopping = new AtomicBoolean();
    /** Set by the one that says how the broker ended: a stop whose parts are all closed, or a fault before that. */
    private final AtomicBoolean ending = new AtomicBoolean();

    private final LocalMetadata metadata = new LocalMetadata(
            failure -> onFault("a part of the broker could not take a change of the metadata", failure));

    private volatile ControlPlane control;
    private LiveConfig live;
    private BrokerChannels channels;
    private DataPlane dataPlane;
    private ThinTier thin;
    private volatile GrpcEndpoint grpc;
    private Optional<HttpEndpoint> http = Optional.empty();
    private Endpoint endpoint;

    private Broker(BrokerConfig config, DataDirectories directories, MeterRegistry meters) {
        this.config = config;
        this.directories = directories;
        this.meters = meters;
        this.run = new RunInterceptor(identity().brokerId(), directories.incarnation());
        this.health = new Health(
                System::nanoTime,
                LOOP_PATIENCE_TIMEOUTS
                        * Math.max(
                                LOOP_PATIENCE_MIN.toNanos(),
                                config.logDirTimeout().toNanos()));
    }

    /**
     * Starts a broker. On return it listens; it serves a little later, once the quorum knows it: see {@link #awaitServing}.
     *
     * @throws DataDirectoryException if a data directory is locked or of another cluster or broker, or the metadata
     *     directory is unusable or another one than before
     * @throws BrokerStartException if it cannot start for another reason, such as a port in use
     */
    public static Broker start(BrokerConfig config) {
        return start(config, new SimpleMeterRegistry());
    }

    /**
     * As {@link #start(BrokerConfig)}.
     *
     * @param meters where the broker registers its metrics; its owner closes it
     */
    public static Broker start(BrokerConfig config, MeterRegistry meters) {
        LogBridge.install();
        var directories = DataDirectories.open(
                config.logDirs(),
                config.metadataLogDir(),
                config.clusterId(),
                config.brokerId(),
                !config.outsideQuorum() && config.voters().size() < 2,
                directory -> config.logDirReserveBytes(directory.totalBytes()));
        var broker = new Broker(config, directories, meters);
        try {
            broker.open();
            return broker;
        } catch (QuorumStartException e) {
            broker.abandon();
            throw new BrokerStartException(e.getMessage(), e);
        } catch (RuntimeException e) {
            broker.abandon();
            throw e;
        }
    }

    private void open() {
        StartLog.begin(config, directories);
        // First of all, so that a long recovery can be watched.
        parts.add("metrics", scraped::close);
        scraped.add("broker", BrokerMetrics.TOLD, new BrokerMetrics(health));
        scraped.add("connections", ConnectionCounts.TOLD, connections);
        http = HttpPort.open(config, health, scraped);
        http.ifPresent(open -> parts.add("HTTP endpoint", open::close));
        control = new ControlPlane(config, directories, metadata, this::onFault);
        parts.add("metadata quorum", control::close);
        // Another broker may take larger batches than this one, or this one may have done so. They are replicated all
        // the same.
        channels = new BrokerChannels(BrokerKeys.BATCH_BYTES_MAX + BrokerConfig.REQUEST_OVERHEAD_BYTES);
        parts.add("channels of the data plane", channels::close);
        metadata.addPublisher(channels);
        dataPlane = dataPlane();
        parts.add("partitions", dataPlane::close);
        live = new LiveConfig(config, identity().brokerId(), changed -> dataPlane.limit(changed.liveLimits()));
        metadata.addPublisher(live);
        directories.logDirs().forEach(dir -> dir.onOffline(this::onDirectoryOffline));
        measure(dataPlane.logs().recoveryProgress());
        measure(dataPlane.metrics());
        parts.add(
                "record times",
                ClusterSources.add(scraped, config, identity().brokerId(), metadata, control, dataPlane));
        health.onRecovery(RecoveryCheck.Remaining.of(dataPlane.logs().recoveryProgress()), dataPlane::loopTurns);
        var recovered = dataPlane.recover(directories::cleanEnds);
        health.onRecovered();
        LOG.info(
                "Recovered {} logs; cut {} bytes of torn tails; {} damaged",
                recovered.logs(),
                recovered.cutBytes(),
                recovered.damaged().size());
        grpc = GrpcEndpoint.start(
                config.listener(),
                run,
                config.requestMaxBytes(),
                Descriptors.ofThisProcess().connectionsMax(),
                connections,
                gate,
                services());
        parts.add("gRPC server", () -> grpc.stop(CALLS_GRACE));
        endpoint = Addresses.advertised(config, grpc.port());
        thin.start(
                endpoint.toString(),
                Addresses.reachedFromHere(config.listener(), grpc.port()).toString());
        parts.add("thin tier", thin::close);
        LOG.info("Listening for gRPC on {}, known to others as {}", boundAddress(), endpoint);
        dataPlane.watch(config.logDirTimeout(), this::onHung);
        control.start(
                Registration.of(directories, endpoint, config.rack(), recovered),
                dataPlane::heldReplicas,
                dataPlane::renew,
                directories::belongTo,
                this::onRegistered);
    }

    /** For scrapes, and for whoever gave a registry. */
    private void measure(MeterBinder meter) {
        meter.bindTo(meters);
        meter.bindTo(scraped.registry());
    }

    private DataPlane dataPlane() {
        return new DataPlane(
                identity().brokerId(),
                metadata,
                new PartitionLogs(
                        directories.logDirs(),
                        LogConfig.defaults(),
                        config.recoveryThreadsPerDir(),
                        directories::noteDamage,
                        Threads.system()),
                config.eventLoops(),
                READER_THREADS,
                ReplicaOptions.DEFAULTS
                        .withLagLimitNanos(config.replicaLagTimeMax().toNanos())
                        .withIsolatedLeader(config.isolatedLeader())
                        .withSessionNanos(config.sessionTimeout().toNanos()),
                control.proposer(),
                channels::to,
                config.retentionCheckInterval(),
                new CompactionSettings(
                        config.cleanerThreads(),
                        config.cleanerDedupeBufferBytes(),
                        config.cleanerBytesPerSecondMax(),
                        config.cleanerBackoff()),
                new ScrubSettings(config.scrubInterval(), config.scrubBytesPerSecondMax()),
                new MoveSettings(config.moveBytesPerSecondMax()),
                config.groups(),
                failure -> onFault("an event of a partition failed", failure));
    }

    private List<BindableService> services() {
        var watching = DaemonThreads.single("kontiki-metadata-watch");
        parts.add("metadata streams", watching::shutdownNow);
        var info = new ServerInfo(
                Version.current(),
                identity().brokerId(),
                config.messageMaxBytes(),
                config.requestMaxBytes(),
                control::voters);
        var services = new ArrayList<BindableService>();
        services.add(new TopicGrpcService(
                metadata, control.proposer(), () -> live.now().topicConfigs()));
        services.add(new ConfigGrpcService(identity().brokerId(), metadata, control.proposer(), channels::to, live)
                .service());
        services.add(new MetadataGrpcService(metadata, watching, control::lease));
        services.add(new ClusterGrpcService(metadata, control.proposer(), info, control::controllerId));
        services.add(new MetaGrpcService(metadata, control::quorumFacts));
        services.addAll(control.services());
        services.addAll(dataPlane.services());
        thin = ThinServices.of(metadata);
        services.addAll(thin.services());
        return services;
    }

    /** The image holds the registration: what is served from now on is not older than this run (rule R1). */
    private CompletableFuture<Void> onRegistered(long brokerEpoch) {
        directories.markServed();
        var placed = dataPlane.start(brokerEpoch);
        run.onRegistered(brokerEpoch);
        gate.open();
        health.onRegistered();
        var ready = new Serving(identity().brokerId(), brokerEpoch, startedNanos, this::onServing, serving);
        metadata.addPublisher(ready);
        CompletableFuture.delayedExecutor(CATCH_UP_MAX.toMillis(), TimeUnit.MILLISECONDS)
                .execute(ready::stopWaiting);
        return placed;
    }

    /** Both kinds of health say the same. */
    private void onServing(boolean unfenced, boolean caughtUp) {
        health.onServing(unfenced, caughtUp);
        grpc.setReady(unfenced && caughtUp);
    }

    /** A broker that ends tells the quorum of no failed directory: what it holds is whole, and can be claimed later. */
    private void onHung(LogDir dir, boolean othersWait, String reason) {
        if (othersWait || directories.isMetadata(dir) || isLast(dir)) {
            // Also if it stops in order already, since that would wait for this disk.
            stopping.set(true);
            endBecause("a log directory hangs", new IllegalStateException(dir + ": " + reason));
        } else {
            dir.takeOffline(reason);
        }
    }

    private boolean isLast(LogDir dir) {
        return directories.logDirs().stream()
                .allMatch(other -> other == dir || other.isOffline() || !other.holdsLogs());
    }

    /** Rule R10. On a thread of its own, since whoever found the failure must not wait for another disk. */
    private void onDirectoryOffline(LogDir dir) {
        boolean isLast = isLast(dir);
        var reason = new IllegalStateException(dir + ": " + dir.status().reason());
        if (directories.isMetadata(dir) || isLast) {
            onFault(isLast ? "all of its log directories are offline" : "its metadata directory failed", reason);
        } else {
            DaemonThreads.named("kontiki-failed-dir")
                    .newThread(() -> noteFailed(dir))
                    .start();
        }
    }

    private void noteFailed(LogDir dir) {
        try {
            directories.noteFailed(dir);
        } catch (StorageException e) {
            onFault("its metadata directory failed", e);
        }
    }

    /** The metrics of this broker's logs, in the registry that {@link #start} was given, if any. */
    public MeterRegistry meters() {
        return meters;
    }

    private ListenAddress boundAddress() {
        return new ListenAddress(config.listener().host(), grpc.port());
    }

    /** Where clients and other brokers reach this one. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** The port where metrics and health are read; empty if {@code http.listener} is off. */
    public OptionalInt httpPort() {
        return http.map(open -> OptionalInt.of(open.port())).orElseGet(OptionalInt::empty);
    }

    /** Whose data this broker holds. */
    public Identity identity() {
        return directories.identity();
    }

    /** The metadata as this broker knows them now. */
    public MetadataImage metadata() {
        return metadata.current();
    }

    /** Whether this broker leads the metadata quorum, as far as it knows. */
    public boolean isController() {
        var leader = control.controllerId();
        return leader.isPresent() && leader.getAsInt() == identity().brokerId();
    }

    /**
     * Waits until the broker serves: it is registered, its image is up to date and the controller let it in.
     *
     * @return whether it does within {@code longest}
     */
    public boolean awaitServing(Duration longest) throws InterruptedException {
        try {
            serving.get(longest.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new AssertionError(e); // Never completed so.
        }
    }

    /**
     * Waits until the broker has stopped.
     *
     * @return {@link #STOPPED} or {@link #FAILED}, fit to be the exit code of the process
     */
    public int awaitTermination() throws InterruptedException {
        try {
            return termination.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e); // Never completed so.
        }
    }

    /**
     * Stops in order: hands leaderships over, ends calls, brings everything to the disk. Waits for another thread that is
     * at it already.
     */
    @Override
    public void close() {
        if (stopping.compareAndSet(false, true)) {
            stop();
        }
        termination.join();
    }

    private void stop() {
        LOG.info("Broker {} stops", identity().brokerId());
        health.onStop();
        grpc.announceStop();
        dataPlane.leaveGroups();
        control.leave(config.controlledShutdownTimeout());
        dataPlane.endGroupStreams();
        var closed = parts.close();
        if (!ending.compareAndSet(false, true)) {
            return; // A disk hung meanwhile: others have been told that this broker is gone.
        }
        // A broker that never served had not taken over all logs: it cannot tell how each ended (rule R2).
        if (closed && serving.isDone()) {
            directories.markClean(dataPlane.cleanEnds());
        }
        directories.close();
        LOG.info("Broker {} has stopped", identity().brokerId());
        termination.complete(STOPPED);
    }

    private void abandon() {
        parts.close();
        directories.close();
    }

    private void onFault(String message, Throwable cause) {
        if (stopping.compareAndSet(false, true)) {
            endBecause(message, cause);
        } else {
            LOG.error("While the broker stops: {}", message, cause);
        }
    }

    /** Stops at once: what runs on could differ from the others. Nothing is handed over and nothing is called clean. */
    private void endBecause(String message, Throwable cause) {
        health.onFault(message);
        if (ending.compareAndSet(false, true)) {
            // Before a word is logged: that, too, may wait for the disk that hangs.
            DaemonThreads.named("kontiki-fault-stop").newThread(this::endAtOnce).start();
        }
        LOG.error("The broker cannot go on: {}", message, cause);
    }

    /**
     * First it withdraws, so that the others go on without it. What comes then may wait for a disk for ever, as will the
     * process: a thread that waits for a disk dies only when that answers.
     */
    private void endAtOnce() {
        withdraw();
        var closing = DaemonThreads.named("kontiki-fault-close").newThread(this::abandon);
        closing.start();
        try {
            closing.join(FAULT_CLOSE_MAX.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        termination.complete(FAILED);
    }

    /** Is there for nobody any more: no port, no connection, no heartbeat. Waits for no disk. */
    private void withdraw() {
        try {
            if (grpc != null) {
                grpc.cut();
            }
            if (control != null) {
                control.withdraw();
            }
        } catch (RuntimeException e) {
            LOG.error("The broker could not withdraw from the others", e);
        }
    }
}
