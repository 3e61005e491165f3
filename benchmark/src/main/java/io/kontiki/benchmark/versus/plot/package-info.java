/**
 * Draws what {@code versus --json} has written: one SVG for each figure, with the bars of all scenarios that tell it. Entry: {@link
 * io.kontiki.benchmark.versus.plot.PlotCommand}.
 */
package io.kontiki.benchmark.versus.plot;
