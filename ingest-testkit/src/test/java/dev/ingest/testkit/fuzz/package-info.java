@NullMarked
package dev.ingest.testkit.fuzz;

import org.jspecify.annotations.NullMarked;
