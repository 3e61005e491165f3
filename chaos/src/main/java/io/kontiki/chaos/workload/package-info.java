/**
 * Producers and consumers whose every operation is noted in a history. Entry: {@link io.kontiki.chaos.workload.Workload}.
 * Knows the product as its users do: by the client.
 */
package io.kontiki.chaos.workload;
