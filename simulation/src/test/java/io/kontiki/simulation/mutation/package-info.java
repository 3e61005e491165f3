/** Bugs made on purpose, to see who notices: lists of them, and the product's classes with one of them. */
package io.kontiki.simulation.mutation;
