/** Tests of the testkit itself: its stores pass the contract, and broken ones are caught by it. */
@NullMarked
package dev.ingest.testkit;

import org.jspecify.annotations.NullMarked;
