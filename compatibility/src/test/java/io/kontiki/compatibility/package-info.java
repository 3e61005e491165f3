/**
 * Kafka as the judge of our files, and ours of Kafka's: its own classes and its dump tool read what we wrote, we read
 * what they wrote, and where the format fixes bytes these are compared. Tests only.
 */
package io.kontiki.compatibility;
