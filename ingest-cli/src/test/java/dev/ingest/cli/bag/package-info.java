@NullMarked
package dev.ingest.cli.bag;

import org.jspecify.annotations.NullMarked;
