package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.ErrorReason;
import io.kontiki.client.KontikiException;
import org.junit.jupiter.api.Test;

class ErrorReportTest {
    @Test
    void exitCodesTellKindsOfFailureApart() {
        assertThat(ErrorReport.exitCode(ErrorReason.NO_BROKER)).isEqualTo(3);
        assertThat(ErrorReport.exitCode(ErrorReason.TIMED_OUT)).isEqualTo(3);
        assertThat(ErrorReport.exitCode(ErrorReason.TOPIC_NOT_FOUND)).isEqualTo(4);
        assertThat(ErrorReport.exitCode(ErrorReason.TOPIC_EXISTS)).isEqualTo(6);
        assertThat(ErrorReport.exitCode(ErrorReason.INVALID_TOPIC_NAME)).isEqualTo(2);
        assertThat(ErrorReport.exitCode(ErrorReason.INTERNAL)).isEqualTo(1);
    }

    @Test
    void noLocalBrokerIsAnsweredWithTheWayToStartOne() {
        var refused = new KontikiException(ErrorReason.NO_BROKER, "no broker answered at localhost:9392");

        assertThat(ErrorReport.of(refused, "localhost:9392").advice()).contains("kontiki server start --dev");
        assertThat(ErrorReport.of(refused, "prod-1:9392").advice()).contains("--bootstrap");
    }

    @Test
    void whatIsNotDoneInTimeGetsTheAdviceOfItsCause() {
        assertThat(timedOut(ErrorReason.STORAGE_FULL).advice()).contains("room");
        assertThat(timedOut(ErrorReason.LEADER_UNKNOWN).advice()).contains("kontiki topic describe --offline");
        assertThat(timedOut(ErrorReason.DISCONNECTED).advice()).contains("kontiki doctor");
        assertThat(timedOut(ErrorReason.STORAGE_FULL).exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    }

    private static Failure timedOut(ErrorReason last) {
        var cause = new KontikiException(last, "last");
        return ErrorReport.of(new KontikiException(ErrorReason.TIMED_OUT, "late", cause), "localhost");
    }

    @Test
    void namesOfSystemCallsAreLeftOut() {
        assertThat(ErrorReport.plain(
                        "no broker answered at a:1 (finishConnect(..) failed with error(-111): Connection refused)"))
                .isEqualTo("no broker answered at a:1 (Connection refused)");
    }

    @Test
    void messagesOfSeveralLinesBecomeOne() {
        var failure = ErrorReport.of(new IllegalStateException("a\n  b\r\nc"), "localhost");

        assertThat(failure.getMessage()).isEqualTo("a; b; c");
        assertThat(failure.exitCode()).isEqualTo(ExitCode.FAILED);
    }
}
