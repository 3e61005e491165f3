package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kontiki.cli.output.ListFormat;
import io.kontiki.client.Assignor;
import io.kontiki.client.CommittedOffset;
import io.kontiki.client.GroupDescription;
import io.kontiki.client.GroupInfo;
import io.kontiki.client.GroupMemberInfo;
import io.kontiki.client.GroupState;
import io.kontiki.client.TopicPartition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How groups, members and lags are shown. */
class GroupViewsTest {
    private static final long NOW_MS = 1_700_000_000_000L;

    private static final GroupMemberInfo ANN = member("m-1", Optional.of("ann"), Set.of(tp(0), tp(1), tp(2)), tp(0));
    private static final GroupMemberInfo BOB = member("m-2", Optional.empty(), Set.of(), tp(1), tp(2));

    @Test
    void listHasALinePerGroup() {
        var groups = List.of(
                info(GroupState.STABLE, 2),
                new GroupInfo("idle", GroupState.EMPTY, 0, Optional.empty(), OptionalInt.empty()));

        assertThat(GroupText.list(groups, ListFormat.TABLE)).isEqualTo("""
                        GROUP  STATE   MEMBERS  ASSIGNOR     COORDINATOR
                        g      stable        2  round-robin            3
                        idle   empty         0  -                      -
                        """);
        assertThat(GroupText.list(groups, ListFormat.NAME)).isEqualTo("g\nidle\n");
        assertThat(GroupText.list(groups, ListFormat.JSONL)).isEqualTo("""
                        {"group":"g","state":"stable","members":2,"assignor":"round-robin","coordinatorId":3}
                        {"group":"idle","state":"empty","members":0,"assignor":null,"coordinatorId":null}
                        """);
    }

    @Test
    void descriptionShowsWhatChangesHands() {
        var group = new GroupDescription(info(GroupState.RECONCILING, 2), 7, 6, List.of(ANN, BOB));

        assertThat(GroupText.describe(List.of(group), ListFormat.TABLE)).isEqualTo("""
                        GROUP  STATE        EPOCH  ASSIGNOR     COORDINATOR
                        g      reconciling      7  round-robin            3

                        MEMBER  INSTANCE  CLIENT  HOST      EPOCH  OWNS   LOSES  GETS
                        m-1     ann       app     10.0.0.1      6  t:0-2  t:1-2  -
                        m-2     -         app     10.0.0.1      6  -      -      t:1-2
                        """);
    }

    @Test
    void stableGroupHasNoColumnsForChanges() {
        var group = new GroupDescription(info(GroupState.STABLE, 1), 7, 7, List.of(ANN));

        assertThat(GroupText.describe(List.of(group), ListFormat.TABLE)).doesNotContain("LOSES");
    }

    @Test
    void descriptionForProgramsHasOwnedAndTarget() {
        var group = new GroupDescription(info(GroupState.RECONCILING, 1), 7, 6, List.of(ANN));

        JsonObject first = JsonParser.parseString(GroupText.describe(List.of(group), ListFormat.JSON))
                .getAsJsonObject()
                .getAsJsonArray("groups")
                .get(0)
                .getAsJsonObject();

        assertThat(first.get("groupEpoch").getAsInt()).isEqualTo(7);
        assertThat(first.get("assignmentEpoch").getAsInt()).isEqualTo(6);
        assertThat(first.getAsJsonArray("members").get(0))
                .hasToString("{\"memberId\":\"m-1\",\"instanceId\":\"ann\",\"clientId\":\"app\",\"clientHost\":"
                        + "\"10.0.0.1\",\"memberEpoch\":6,\"subscribedTopics\":[\"t\"],\"subscribedPattern\":null,"
                        + "\"owned\":[{\"topic\":\"t\",\"partitions\":[0,1,2]}],"
                        + "\"target\":[{\"topic\":\"t\",\"partitions\":[0]}],\"sessionTimeoutMs\":10000}");
    }

    @Test
    void partitionsAreWrittenAsTheyAreTyped() {
        var partitions = Set.of(tp(0), tp(1), tp(2), tp(5), tp(7), tp(8), new TopicPartition("a", 3));

        assertThat(GroupText.partitions(partitions)).isEqualTo("a:3 t:0-2,5,7-8");
        assertThat(GroupText.partitions(Set.of())).isEmpty();
    }

    @Test
    void lagIsInRecordsAndInSeconds() {
        var lags = List.of(
                lag(0, Optional.of(40L), 0, 100, OptionalLong.of(NOW_MS - 12_340), Optional.of(ANN)),
                lag(1, Optional.of(100L), 0, 100, OptionalLong.empty(), Optional.empty()),
                lag(2, Optional.empty(), 0, 100, OptionalLong.empty(), Optional.of(BOB)));

        assertThat(PartitionLag.render(lags, ListFormat.TABLE)).isEqualTo("""
                        GROUP  TOPIC  PARTITION  COMMITTED  LOG END  LAG  LAG (S)  MEMBER
                        g      t              0         40      100   60     12.3  ann
                        g      t              1        100      100    0      0.0  -
                        g      t              2          -      100    -        -  m-2
                        """);
        assertThat(PartitionLag.sentence("g", lags))
                .isEqualTo("group g is 60 records behind in 1 partition, the oldest for 12.3 s;"
                        + " nothing is committed in 1 partition");
        assertThat(PartitionLag.sentence("g", lags.subList(1, 2))).isEqualTo("group g has read all that it follows");
        assertThat(PartitionLag.sentence("g", lags.subList(2, 3)))
                .isEqualTo("group g has committed nothing in 1 partition");
        assertThat(PartitionLag.sentence("g", List.of())).isEqualTo("group g has committed nothing");
    }

    @Test
    void whatTheBrokerWroteForItselfIsNoLag() {
        var lag = new PartitionLag(
                "g",
                tp(0),
                Optional.of(CommittedOffset.of(100)),
                0,
                100,
                102,
                OptionalLong.empty(),
                Optional.empty(),
                NOW_MS);

        assertThat(lag.records()).hasValue(0);
        assertThat(lag.seconds()).hasValue(0);
        assertThat(PartitionLag.render(List.of(lag), ListFormat.TABLE)).contains(" 100      102    0      0.0 ");
    }

    @Test
    void lagForProgramsHasNullWhereNothingIsKnown() {
        var lags = List.of(
                lag(0, Optional.of(40L), 0, 100, OptionalLong.of(NOW_MS - 12_340), Optional.of(ANN)),
                lag(2, Optional.empty(), 0, 100, OptionalLong.empty(), Optional.empty()));

        assertThat(PartitionLag.render(lags, ListFormat.JSONL)).isEqualTo("""
                        {"group":"g","topic":"t","partition":0,"committedOffset":40,"committedAt":"2023-11-14T22:13:19Z",\
                        "metadata":"","logStartOffset":0,"logEndOffset":100,"lagRecords":60,"lagSeconds":12.34,\
                        "memberId":"m-1","instanceId":"ann","clientId":"app"}
                        {"group":"g","topic":"t","partition":2,"committedOffset":null,"committedAt":null,\
                        "metadata":null,"logStartOffset":0,"logEndOffset":100,"lagRecords":null,"lagSeconds":null,\
                        "memberId":null,"instanceId":null,"clientId":null}
                        """);
    }

    @Test
    void whatWasDeletedUnreadDoesNotCount() {
        var lag = lag(0, Optional.of(5L), 30, 100, OptionalLong.of(NOW_MS + 1), Optional.empty());

        assertThat(lag.records()).hasValue(70);
        assertThat(lag.seconds()).as("of a record of the future").hasValue(0);
        assertThat(lag(0, Optional.of(200L), 30, 100, OptionalLong.empty(), Optional.empty())
                        .records())
                .as("a log that was cut")
                .hasValue(0);
    }

    @Test
    void firstUnreadIsWhatTheLogStillHas() {
        var committed =
                Map.of(tp(0), CommittedOffset.of(5), tp(1), CommittedOffset.of(50), tp(2), CommittedOffset.of(100));
        var starts = Map.of(tp(0), 30L, tp(1), 30L, tp(2), 30L);
        var ends = Map.of(tp(0), 100L, tp(1), 100L, tp(2), 100L);

        assertThat(LagReading.firstUnread(committed, starts, ends)).isEqualTo(Map.of(tp(0), 30L, tp(1), 50L));
    }

    private static PartitionLag lag(
            int partition,
            Optional<Long> committed,
            long start,
            long end,
            OptionalLong unreadMs,
            Optional<GroupMemberInfo> member) {
        var offset =
                committed.map(at -> new CommittedOffset(at, OptionalInt.empty(), "", OptionalLong.of(NOW_MS - 1_000)));
        return new PartitionLag("g", tp(partition), offset, start, end, end, unreadMs, member, NOW_MS);
    }

    private static GroupInfo info(GroupState state, int members) {
        return new GroupInfo("g", state, members, Optional.of(Assignor.ROUND_ROBIN), OptionalInt.of(3));
    }

    private static GroupMemberInfo member(
            String id, Optional<String> instance, Set<TopicPartition> owned, TopicPartition... target) {
        return new GroupMemberInfo(
                id,
                instance,
                "app",
                "10.0.0.1",
                List.of("t"),
                Optional.empty(),
                6,
                owned,
                Set.of(target),
                Duration.ofSeconds(10));
    }

    private static TopicPartition tp(int partition) {
        return new TopicPartition("t", partition);
    }
}
