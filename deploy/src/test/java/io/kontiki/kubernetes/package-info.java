/** What is checked in for Kubernetes and containers, held against the schemas and against what the broker expects. */
package io.kontiki.kubernetes;
