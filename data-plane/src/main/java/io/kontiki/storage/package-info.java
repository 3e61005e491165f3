/**
 * The port to the disk: directories, files that grow at their end, and the flushes that make both durable. Start at
 * {@link io.kontiki.storage.Disk}. Every failure is a {@link io.kontiki.storage.StorageException}. Depends on the JDK alone.
 */
package io.kontiki.storage;
