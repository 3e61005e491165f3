/**
 * The broker process: configuration, wiring, start and stop order. {@link io.kontiki.broker.Broker} is the entry, in a
 * process of its own as well as embedded in a test or another program. This package alone knows all the parts, and holds
 * no rule of theirs.
 */
package io.kontiki.broker;
