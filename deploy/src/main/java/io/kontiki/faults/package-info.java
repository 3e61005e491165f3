/**
 * Real faults on real file systems: power cuts, failed flushes, full, frozen and dead disks, flipped bits. What each does
 * is told in docs/faults.md. Most of it needs Linux, root, loop devices and a C compiler;
 * {@link io.kontiki.faults.Tools} says which is missing.
 */
package io.kontiki.faults;
