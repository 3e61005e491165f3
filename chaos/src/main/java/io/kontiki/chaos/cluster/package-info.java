/**
 * The cluster that is struck: brokers as processes, each with a network and a disk that can be broken. Entry:
 * {@link io.kontiki.chaos.cluster.ChaosCluster}.
 */
package io.kontiki.chaos.cluster;
