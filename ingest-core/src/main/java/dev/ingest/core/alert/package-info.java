/** Alerts as users meet them: the catalogue of codes, the sinks, and how they are tried. */
@NullMarked
package dev.ingest.core.alert;

import org.jspecify.annotations.NullMarked;
