/**
 * Counts of what producers and consumers do on one broker. Entry type: {@link io.kontiki.measure.Traffic}. Counting takes no
 * lock and makes no object; who reads the counts decides what becomes of them. Depends on the JDK and on error reasons alone.
 */
package io.kontiki.measure;
