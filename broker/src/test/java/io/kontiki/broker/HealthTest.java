package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.broker.http.HttpQuery;
import io.kontiki.broker.http.HttpReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(40);

    private long now = -5;
    private final long[] turns = {7, 9};
    private int logs = 3;
    private int segments = 11;
    private final Health health = new Health(() -> now, PATIENCE);

    private void recover() {
        health.onRecovery(
                new RecoveryCheck.Remaining() {
                    @Override
                    public int logs() {
                        return logs;
                    }

                    @Override
                    public int segments() {
                        return segments;
                    }
                },
                turns::clone);
    }

    private HttpReply ask(String page, String query) {
        return health.pages().get(page).answer(new HttpQuery(query, ""));
    }

    private int status(String page) {
        return ask(page, "").status();
    }

    private String text(String page, String query) throws IOException {
        var out = new ByteArrayOutputStream();
        ask(page, query).body().writeTo(out);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void statesFollowTheStartAndTheStop() {
        assertThat(health.state()).isEqualTo(Health.State.STARTING);
        recover();
        assertThat(health.state()).isEqualTo(Health.State.RECOVERING);
        health.onRecovered();
        assertThat(health.state()).isEqualTo(Health.State.REGISTERING);
        health.onRegistered();
        health.onServing(true, false);
        assertThat(health.state()).isEqualTo(Health.State.CATCHING_UP);
        assertThat(status("/readyz")).isEqualTo(503);
        health.onServing(true, true);
        assertThat(health.state()).isEqualTo(Health.State.RUNNING);
        assertThat(status("/readyz")).isEqualTo(200);
        health.onServing(false, true);
        assertThat(health.state()).isEqualTo(Health.State.FENCED);
        assertThat(status("/readyz")).isEqualTo(503);
        health.onServing(true, true);
        health.onStop();
        assertThat(health.state()).isEqualTo(Health.State.DRAINING);
        assertThat(status("/readyz")).isEqualTo(503);
        assertThat(status("/livez")).isEqualTo(200);
    }

    @Test
    void bodiesNameWhatFailsAndAllThereIsIfAsked() throws Exception {
        recover();
        health.onRecovered();
        health.onRegistered();

        assertThat(text("/readyz", ""))
                .isEqualTo("[-]unfenced: the controller does not\n"
                        + "[-]caught-up: not all of its replicas have been in sync yet\nreadyz failed\n");
        assertThat(text("/readyz", "verbose")).startsWith("[+]recovered: all logs\n[+]registered: ");
        assertThat(text("/livez", "")).isEqualTo("ok\n");
        assertThat(text("/livez", "verbose")).isEqualTo("[+]fault: none\n[+]event-loops: turn\nlivez passed\n");
    }

    @Test
    void aRecoveryMayTakeLongButNotStandStill() throws Exception {
        recover();
        for (int i = 0; i < 10; i++) {
            now += TimeUnit.MINUTES.toNanos(9);
            segments--;
            assertThat(status("/startupz")).isEqualTo(200);
        }
        assertThat(text("/startupz", "verbose")).contains("3 logs and 1 segments are left");
        now += TimeUnit.MINUTES.toNanos(11);
        assertThat(status("/startupz")).isEqualTo(503);
        assertThat(text("/startupz", "")).contains("no fewer for 10 minutes");
        assertThat(status("/livez")).isEqualTo(200);
        logs--;
        assertThat(status("/startupz")).isEqualTo(200);
        now += TimeUnit.MINUTES.toNanos(11);
        health.onRecovered();
        assertThat(status("/startupz")).isEqualTo(200);
    }

    @Test
    void aLoopThatIsStuckIsNotAlive() throws Exception {
        recover();
        assertThat(status("/livez")).isEqualTo(200);
        now += PATIENCE;
        turns[0]++;
        assertThat(status("/livez")).isEqualTo(200);
        now += 1;
        assertThat(status("/livez")).isEqualTo(503);
        assertThat(text("/livez", "")).contains("1 of 2 event loops have ended no event for 40 s");
        turns[1]++;
        assertThat(status("/livez")).isEqualTo(200);
    }

    /** SIGSTOP, a suspended machine: no loop could run, whatever the clock says. */
    @Test
    void aPauseOfTheProcessIsNoStuckLoop() {
        recover();
        assertThat(status("/livez")).isEqualTo(200);
        now += 100 * PATIENCE;
        assertThat(status("/livez")).isEqualTo(200);
    }

    @Test
    void aFaultEndsLifeAndReadiness() throws Exception {
        recover();
        health.onRecovered();
        health.onRegistered();
        health.onServing(true, true);
        health.onFault("a log directory hangs");
        assertThat(text("/livez", "")).contains("[-]fault: a log directory hangs");
        assertThat(status("/readyz")).isEqualTo(503);
    }
}
