package io.kontiki.simulation;

import java.util.Arrays;

/**
 * Tasks in the order of their time, ties in the order of their making: a binary heap whose keys lie side by side, since
 * what a simulation does most often is to look which task is next. Not thread-safe.
 */
final class TaskQueue {
    private long[] atNanos = new long[256];
    private long[] numbers = new long[256];
    private Runnable[] actions = new Runnable[256];
    private int size;
    private long made;

    boolean isEmpty() {
        return size == 0;
    }

    /** Time of the first one; there must be one. */
    long firstAtNanos() {
        return atNanos[0];
    }

    /** How many were made before the first one; there must be one. */
    long firstNumber() {
        return numbers[0];
    }

    void add(long at, Runnable action) {
        if (size == actions.length) {
            atNanos = Arrays.copyOf(atNanos, 2 * size);
            numbers = Arrays.copyOf(numbers, 2 * size);
            actions = Arrays.copyOf(actions, 2 * size);
        }
        int place = size++;
        while (place > 0) {
            int parent = (place - 1) >>> 1;
            // It is the youngest: behind all of its time.
            if (atNanos[parent] <= at) {
                break;
            }
            move(parent, place);
            place = parent;
        }
        put(place, at, made++, action);
    }

    /** Takes the first one out; there must be one. */
    Runnable removeFirst() {
        Runnable first = actions[0];
        int last = --size;
        long at = atNanos[last];
        long number = numbers[last];
        Runnable action = actions[last];
        actions[last] = null;
        if (last > 0) {
            put(sinkFor(at, number), at, number, action);
        }
        return first;
    }

    /** Moves earlier ones up, from the first place on, to make room; tells where. */
    private int sinkFor(long at, long number) {
        int place = 0;
        while (true) {
            int child = 2 * place + 1;
            if (child >= size) {
                return place;
            }
            if (child + 1 < size && isBefore(child + 1, atNanos[child], numbers[child])) {
                child++;
            }
            if (!isBefore(child, at, number)) {
                return place;
            }
            move(child, place);
            place = child;
        }
    }

    private boolean isBefore(int place, long at, long number) {
        return atNanos[place] < at || atNanos[place] == at && numbers[place] < number;
    }

    private void move(int from, int to) {
        put(to, atNanos[from], numbers[from], actions[from]);
    }

    private void put(int place, long at, long number, Runnable action) {
        atNanos[place] = at;
        numbers[place] = number;
        actions[place] = action;
    }
}
