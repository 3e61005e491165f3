/**
 * What the broker allocates for a batch on its way in, to a follower and out: its own classes of one process, on their own
 * threads, with a wire of memory in the place of sockets.
 */
package io.kontiki.benchmark.allocation;
