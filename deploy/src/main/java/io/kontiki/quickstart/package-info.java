/**
 * A cluster of real broker processes on this machine, a load with a fault in it, and the check that nothing was lost.
 *
 * <p>Entry type: {@link io.kontiki.quickstart.Quickstart}. The tests of real processes share {@link
 * io.kontiki.quickstart.Load}, {@link io.kontiki.quickstart.History} and {@link io.kontiki.quickstart.Checker} with it. It knows the product only as its users do: through the distribution
 * and the Java client; the tests use bare {@code kontiki.v1} as well.
 */
package io.kontiki.quickstart;
