package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TransactionIndexTest {
    private static final long BASE = 100;

    private static AbortedTransaction transaction(int number) {
        long first = BASE + 10L * number;
        return new AbortedTransaction(number, first, first + 9, first);
    }

    private static List<AbortedTransaction> transactions(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(TransactionIndexTest::transaction)
                .toList();
    }

    private static TransactionIndex of(int count) {
        TransactionIndex index = TransactionIndex.empty(BASE);
        transactions(0, count).forEach(index::append);
        return index;
    }

    @Test
    void entriesThatWereReadStayWhileOthersFollow() {
        for (int count = 0; count < 20; count++) {
            TransactionIndex index = of(count);
            List<AbortedTransaction> before = index.entries();
            index.append(transaction(count));
            assertThat(before).isEqualTo(transactions(0, count));
            assertThat(index.entries()).isEqualTo(transactions(0, count + 1));
        }
    }

    @Test
    void entriesComeBackFromTheFile() {
        for (int count = 1; count < 10; count++) {
            TransactionIndex read =
                    TransactionIndex.decode(of(count).toBytes(), BASE).orElseThrow();
            assertThat(read.entries()).isEqualTo(transactions(0, count));
            read.append(transaction(count));
            assertThat(read.entries()).isEqualTo(transactions(0, count + 1));
        }
    }

    @Test
    void entriesBelowAnOffsetGrowApart() {
        TransactionIndex all = of(9);
        TransactionIndex some = all.below(BASE + 55);
        assertThat(some.entries()).isEqualTo(transactions(0, 5));
        some.append(transaction(7));
        assertThat(all.entries()).isEqualTo(transactions(0, 9));
    }

    @Test
    void onlyWhatTouchesTheRangeIsCollected() {
        List<AbortedTransaction> found = new ArrayList<>();
        assertThat(of(9).collect(BASE + 15, BASE + 41, found)).isTrue();
        assertThat(found).isEqualTo(transactions(1, 5));
    }
}
