/**
 * The HTTP server of a broker: pages that can be read and change nothing. Entry type: {@link
 * io.kontiki.broker.http.HttpEndpoint}. Knows neither brokers nor metrics; depends on the JDK alone (decision 23).
 */
package io.kontiki.broker.http;
