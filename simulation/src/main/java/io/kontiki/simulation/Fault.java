package io.kontiki.simulation;

/**
 * One thing that goes wrong, as data: a run is its seed and a list of these, so that a part of the list can be left out.
 *
 * @param atMillis when it begins, of virtual time since the faults began
 * @param node where, from 1; 0 for whoever leads the first partition then
 * @param other another node, for what happens between two
 * @param millis how long it lasts, if it lasts; then it is mended
 * @param amount how much of it: a probability in thousandths, a time in ms, a number of changes, as the kind has it
 */
public record Fault(long atMillis, Kind kind, int node, int other, long millis, long amount) {
    /** What may go wrong. */
    public enum Kind {
        CRASH(6),
        POWER_CUT(6),
        /** In the midst of what the disk does. */
        POWER_CUT_IN_A_CHANGE(4),
        STOP_IN_ORDER(3),
        CRASH_ALL(1),
        POWER_CUT_ALL(1),
        PAUSE(4),
        BREAK_STREAMS(6),
        CUT_ONE_WAY(5),
        CUT_BOTH_WAYS(5),
        ISOLATE(3),
        CUT_FROM_QUORUM(4),
        DELAY_IMAGES(4),
        QUORUM_DOWN(2),
        CHANGE_CONTROLLER(3),
        LOSE_QUORUM_ANSWERS(3),
        DUPLICATE_COMMANDS(3),
        SLOW_COMMITS(2),
        SLOW_NETWORK(2),
        FLIP_BITS_ON_THE_WIRE(3),
        LOSE_ANSWERS(4),
        JUMP_OF_THE_CLOCK(2),
        DISK_FULL(2),
        DISK_FAILS(1),
        DISK_HANGS(3),
        BITS_ROT(1),
        TRIM(2),
        CREATE_TOPIC(2),
        DELETE_TOPIC(2),
        REASSIGN(4),
        CANCEL_REASSIGNMENT(2),
        ELECT_PREFERRED(3),
        /** Where that costs nothing, it must not happen. */
        ELECT_UNCLEAN(2),
        /**
         * Another one is elected, and the old one and the broker beside it hear each other alone, until it notices. Either both
         * stood still before, or their machine is cut off from all others.
         */
        DEPOSE_CONTROLLER(3),
        /** Of a group; a new process takes its place. */
        MEMBER_CRASHES(3),
        MEMBER_LEAVES(3),
        /** Another process may join under its instance id meanwhile. */
        MEMBER_STANDS_STILL(3),
        MEMBER_LOSES_ITS_STREAM(3);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }

        /** Whether it befalls a member of a group, and no broker. */
        boolean isOfMembers() {
            return compareTo(MEMBER_CRASHES) >= 0;
        }

        /** How often it is drawn, next to the others. */
        int weight() {
            return weight;
        }
    }
}
