/** Tests of the proxy against a plain server of lines. */
@NullMarked
package dev.ingest.testkit.net;

import org.jspecify.annotations.NullMarked;
