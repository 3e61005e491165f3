/**
 * Judges a history: pure, so that each anomaly can be shown by a history made by hand. Entry:
 * {@link io.kontiki.chaos.check.Checker}. Depends on the history's values alone.
 */
package io.kontiki.chaos.check;
