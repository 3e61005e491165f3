/**
 * Retention and compaction on real brokers: what is deleted under load and restarts, and that nothing else is. Docs:
 * docs/retention.md and docs/compaction.md.
 */
package io.kontiki.cleanup;
