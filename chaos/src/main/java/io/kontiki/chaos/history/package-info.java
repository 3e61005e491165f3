/**
 * What a run's clients did and were told, and which faults struck meanwhile, as values and as a file of JSON lines. Entry:
 * {@link io.kontiki.chaos.history.HistoryFile}. Depends on nothing but the JSON library.
 */
package io.kontiki.chaos.history;
