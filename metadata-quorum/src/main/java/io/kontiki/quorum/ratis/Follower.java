package io.kontiki.quorum.ratis;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;

/**
 * What a leader knows of a voter, or of one that is being added.
 *
 * @param match index of the last entry that it is known to have, -1 if of none
 * @param next index of the entry that it is sent next
 * @param silentNanos since its last answer
 */
record Follower(RaftPeerId id, long match, long next, long silentNanos) {
    /**
     * Those of a division, empty unless it leads. Ratis gives one value of all after the other, so that at a change of them
     * some may be another follower's; the next look is right. Any thread.
     */
    static List<Follower> of(RaftServer.Division division) {
        var info = division.getInfo();
        var matches = info.getFollowerMatchIndices();
        var nexts = info.getFollowerNextIndices();
        if (matches == null || nexts == null) {
            return List.of();
        }
        var followers = info.getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
        int count = Math.min(followers.size(), Math.min(matches.length, nexts.length));
        return IntStream.range(0, count)
                .mapToObj(i -> new Follower(
                        RaftPeerId.valueOf(followers.get(i).getId().getId()),
                        matches[i],
                        nexts[i],
                        TimeUnit.MILLISECONDS.toNanos(followers.get(i).getLastRpcElapsedTimeMs())))
                .toList();
    }
}
