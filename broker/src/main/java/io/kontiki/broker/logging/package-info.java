/**
 * How a broker writes its own log, beyond what Logback does. Entry type: {@link io.kontiki.broker.logging.JsonLines}. Knows no
 * broker; depends on Logback and SLF4J.
 */
package io.kontiki.broker.logging;
