/** By which day a build does its share of a long programme. Of this project's own tests alone. */
@NullMarked
package dev.ingest.testkit.turn;

import org.jspecify.annotations.NullMarked;
