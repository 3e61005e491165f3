/**
 * How results become text: tables for people, JSON for programs, format strings for records, and a progress bar. Pure
 * but for writing to the stream it is given; knows neither client nor broker.
 */
package io.kontiki.cli.output;
