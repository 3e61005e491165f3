package io.kontiki.chaos.pods;

/**
 * A pod as it is between its creation and its end. Its address is its own; the next pod of that ordinal has another one.
 *
 * @param node of the network, used for no other pod
 * @param process the broker
 */
record Pod(int ordinal, int node, String address, Process process) {}
