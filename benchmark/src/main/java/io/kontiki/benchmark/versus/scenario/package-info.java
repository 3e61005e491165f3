/** What is measured, one class for each scenario. */
package io.kontiki.benchmark.versus.scenario;
