/**
 * Real faults on real file systems: power cuts, failed flushes, full, frozen and dead disks, flipped bits. What each does
 * is told in docs/faults.md. Most of it needs Linux, root, loop devices and a C compiler; where one is missing, the tests
 * are skipped and say which.
 */
package io.kontiki.faults;
