package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.Endpoint;
import java.nio.file.Path;
import java.util.Map;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.server.RaftServerConfigKeys.Rpc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings of Ratis that rules of the quorum rest upon, and that no test without a power cut would miss. */
class RatisPropertiesTest {
    private final QuorumConfig config =
            QuorumConfig.founder(1, Map.of(1, new Endpoint("localhost", 9093)), Path.of("metadata"), "cluster");

    /** Rule Q3. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsAcknowledgedBeforeItIsOnTheDisk(boolean single) {
        var properties = RatisProperties.of(config, single);

        assertThat(Log.useMemory(properties)).isFalse();
        assertThat(Log.unsafeFlushEnabled(properties)).isFalse();
        assertThat(Log.asyncFlushEnabled(properties)).isFalse();
        assertThat(Log.corruptionPolicy(properties)).isEqualTo(Log.CorruptionPolicy.EXCEPTION);
    }

    /** Others may join it while it runs, and it keeps its settings until it is started again. */
    @Test
    void singleVoterWaitsForALeaderAsLongAsOneOfSeveral() {
        var single = RatisProperties.of(config, true);
        var several = RatisProperties.of(config, false);

        assertThat(Rpc.timeoutMin(single)).isEqualTo(Rpc.timeoutMin(several));
        assertThat(Rpc.timeoutMax(single)).isEqualTo(Rpc.timeoutMax(several));
        assertThat(Rpc.requestTimeout(single)).isEqualTo(Rpc.requestTimeout(several));
        assertThat(Rpc.slownessTimeout(single)).isEqualTo(Rpc.slownessTimeout(several));
        assertThat(Log.Appender.retryPolicy(single)).isEqualTo(Log.Appender.retryPolicy(several));
    }
}
