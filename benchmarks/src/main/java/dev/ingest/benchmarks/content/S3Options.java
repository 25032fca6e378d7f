package dev.ingest.benchmarks.content;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What to move, and how often.
 *
 * @param rounds how often each is measured
 * @param warmups how often each runs before that
 * @param mebibytes the sizes of the large items
 * @param small how many small items; 0 for none
 * @param tls whether requests to our own server go over TLS, as they do to any that is not on the
 *     same machine
 * @param endpoint an external server, with credentials from the SDK's chain; empty for our own
 * @param accepted the risks of the server to accept, by their names
 * @param date the date of the report; empty for today
 */
record S3Options(
    int rounds,
    int warmups,
    List<Integer> mebibytes,
    int small,
    boolean tls,
    Optional<URI> endpoint,
    String accepted,
    Optional<String> date) {

  static final int SMALL_BYTES = 200_000;

  static final String USAGE =
      """
      --rounds N       how often each is measured (5)
      --warmups N      how often each runs before that (2)
      --sizes LIST     sizes of large items in MiB (64,512)
      --small N        how many items of 200,000 bytes (500); 0: none
      --transport KIND tls or plain, to our own server (tls)
      --endpoint URL   an external server; credentials from the environment
      --accept LIST    risks of the server to accept (those of our own)
      --date TEXT      the date of the report (today)
      """;

  static final S3Options DEFAULT =
      new S3Options(
          5,
          2,
          List.of(64, 512),
          500,
          true,
          Optional.empty(),
          "LIFECYCLE_UNKNOWN,OBJECT_LOCK_UNKNOWN",
          Optional.empty());

  static S3Options parse(String... arguments) {
    S3Options options = DEFAULT;
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[i] + " needs a value; options:\n" + USAGE);
      }
      options = options.with(arguments[i], arguments[i + 1]);
    }
    return options;
  }

  private S3Options with(String name, String value) {
    return switch (name) {
      case "--rounds" -> repeated(whole(name, value, 1, 100), warmups);
      case "--warmups" -> repeated(rounds, whole(name, value, 0, 100));
      case "--sizes" ->
          moving(
              Arrays.stream(value.split(",", -1)).map(one -> whole(name, one, 1, 1_024)).toList(),
              small);
      case "--small" -> moving(mebibytes, whole(name, value, 0, 10_000));
      case "--transport" ->
          new S3Options(rounds, warmups, mebibytes, small, isTls(value), endpoint, accepted, date);
      case "--endpoint" -> on(Optional.of(URI.create(value)), accepted);
      case "--accept" -> on(endpoint, value);
      case "--date" ->
          new S3Options(
              rounds, warmups, mebibytes, small, tls, endpoint, accepted, Optional.of(value));
      default -> throw new IllegalArgumentException(name + " is not an option; options:\n" + USAGE);
    };
  }

  private S3Options repeated(int times, int before) {
    return new S3Options(times, before, mebibytes, small, tls, endpoint, accepted, date);
  }

  private S3Options moving(List<Integer> sizes, int items) {
    return new S3Options(rounds, warmups, sizes, items, tls, endpoint, accepted, date);
  }

  private S3Options on(Optional<URI> server, String risks) {
    return new S3Options(rounds, warmups, mebibytes, small, tls, server, risks, date);
  }

  private static boolean isTls(String value) {
    return switch (value) {
      case "tls" -> true;
      case "plain" -> false;
      default ->
          throw new IllegalArgumentException("--transport takes tls or plain, found " + value);
    };
  }

  private static int whole(String name, String value, int least, int most) {
    if (!value.matches("[0-9]{1,6}")
        || Integer.parseInt(value) < least
        || Integer.parseInt(value) > most) {
      throw new IllegalArgumentException(
          name + " takes a whole number from " + least + " to " + most + ", found " + value);
    }
    return Integer.parseInt(value);
  }
}
