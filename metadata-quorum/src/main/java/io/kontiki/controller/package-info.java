/**
 * The controller's decisions: placement of replicas, broker sessions, fencing, controlled shutdown. Entry type
 * {@link io.kontiki.controller.Controller}: it takes an image, an event and the time, and returns commands for the
 * metadata log or answers for the caller. Pure; may use {@code io.kontiki.metadata} and {@code .metadata.command}.
 */
package io.kontiki.controller;
