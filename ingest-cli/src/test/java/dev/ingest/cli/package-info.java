/** Tests of the commands, in this process and as processes of their own. */
@NullMarked
package dev.ingest.cli;

import org.jspecify.annotations.NullMarked;
