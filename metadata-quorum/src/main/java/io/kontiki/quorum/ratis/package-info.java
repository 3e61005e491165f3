/**
 * The metadata log on Apache Ratis. {@link io.kontiki.quorum.ratis.RatisMetadataLog} is the entry; no other package
 * imports Ratis. Comments that speak of Ratis' behaviour hold for 3.3.0.
 */
package io.kontiki.quorum.ratis;
