package dev.ingest.cli;

import picocli.CommandLine.Option;

/** The option of those commands that may make stores. */
final class SchemaOption {

  @Option(
      names = "--apply-schema",
      description = "Make the tables that a PostgreSQL database lacks.")
  private boolean apply;

  /** Returns the place with what is to be done about missing tables. */
  Place in(Place place) {
    if (!apply) {
      return place;
    }
    if (!StoreUri.hasSchema(place.ledger()) && !StoreUri.hasSchema(place.content())) {
      throw new UsageException(
          "--apply-schema is for jdbc:postgresql: URIs; other stores are made where they are not");
    }
    return place.applyingSchema();
  }
}
