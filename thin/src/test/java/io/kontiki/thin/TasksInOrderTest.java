package io.kontiki.thin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class TasksInOrderTest {
    private final Queue<Runnable> handedOver = new ArrayDeque<>();
    private final List<String> happened = new ArrayList<>();
    private boolean shutDown;
    private final TasksInOrder tasks =
            new TasksInOrder(this::handOver, defect -> happened.add("told of " + defect.getMessage()));

    private void handOver(Runnable run) {
        if (shutDown) {
            throw new RejectedExecutionException();
        }
        handedOver.add(run);
    }

    @Test
    void runsOneAfterTheOtherWithOneThreadAtATime() {
        tasks.add(() -> {
            happened.add("first");
            tasks.add(() -> happened.add("third"));
        });
        tasks.add(() -> happened.add("second"));
        assertThat(handedOver).hasSize(1);
        handedOver.remove().run();

        assertThat(happened).containsExactly("first", "second", "third");
        assertThat(handedOver).isEmpty();
    }

    @Test
    void aTaskThatThrowsIsToldAndHoldsUpNoOther() {
        for (var thrown : List.of(new IllegalStateException("a"), new AssertionError("b"))) {
            tasks.add(() -> {
                TasksInOrderTest.<RuntimeException>sneak(thrown);
            });
            tasks.add(() -> happened.add("behind"));
            handedOver.remove().run();
        }

        assertThat(happened).containsExactly("told of a", "behind", "told of b", "behind");
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void afterARefusalLaterTasksAreRefusedToo() {
        shutDown = true;

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> tasks.add(() -> happened.add("never")))
                    .isInstanceOf(RejectedExecutionException.class);
        }
        shutDown = false;
        tasks.add(() -> happened.add("run"));
        handedOver.remove().run();
        assertThat(happened).containsExactly("run");
    }
}
