/** The bug bank: bugs that are planted on purpose, and the test that has to catch each. */
@NullMarked
package dev.ingest.bugs;

import org.jspecify.annotations.NullMarked;
