/** What watches a cluster: the dashboard, and a real Prometheus with the shipped rules beside real brokers. */
package io.kontiki.monitoring;
