/** Tests of real processes: replicas that move between brokers, brokers that go, elections by hand. */
package io.kontiki.placement;
