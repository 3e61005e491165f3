/**
 * Pods of the StatefulSet in {@code k8s/} as processes of this machine: what Kubernetes would do with them, as far as the broker
 * notices it. Entry: {@link io.kontiki.chaos.pods.Rehearsal}.
 */
package io.kontiki.chaos.pods;
