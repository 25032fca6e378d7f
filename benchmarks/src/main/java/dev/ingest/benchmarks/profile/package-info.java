/** From a recording of the virtual machine to what a person can read. */
@NullMarked
package dev.ingest.benchmarks.profile;

import org.jspecify.annotations.NullMarked;
