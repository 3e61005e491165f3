package io.kontiki.chaos.check;

import io.kontiki.chaos.history.Operation;
import java.util.ArrayList;
import java.util.List;

/** What unclean elections gave up of one partition. */
final class GivenUp {
    private final List<Operation.GivenUp> elections = new ArrayList<>();

    void add(Operation.GivenUp election) {
        elections.add(election);
    }

    /** Whether a record may be gone that was acknowledged at this offset and time. */
    boolean covers(long offset, long acknowledged) {
        return elections.stream().anyMatch(election -> offset >= election.from() && acknowledged <= election.at());
    }
}
