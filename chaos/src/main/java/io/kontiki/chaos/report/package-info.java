/**
 * What a run leaves for people and programs: a page with a picture, and the verdict as text and JSON. Entry:
 * {@link io.kontiki.chaos.report.Report}.
 */
package io.kontiki.chaos.report;
