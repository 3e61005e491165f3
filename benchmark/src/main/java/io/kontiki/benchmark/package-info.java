/**
 * Measures real clusters of broker processes on this machine, as their users see them: through the distribution and the
 * Java client. Figures are printed with their spread; nothing is judged.
 */
package io.kontiki.benchmark;
