package dev.ingest.testkit.s3;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A range of bytes that an object has, the last one included. */
record Range(int first, int last) {

  private static final Pattern SYNTAX = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  /** Reads a header; what is no single range is passed over, as the protocol has it. */
  static Optional<Range> of(Optional<String> header, int length) {
    Matcher matcher = SYNTAX.matcher(header.orElse(""));
    if (!matcher.matches() || (matcher.group(1).isEmpty() && matcher.group(2).isEmpty())) {
      return Optional.empty();
    }
    long first;
    long last;
    if (matcher.group(1).isEmpty()) {
      first = Math.max(0, length - Long.parseLong(matcher.group(2)));
      last = matcher.group(2).matches("0+") ? -1 : length - 1L;
    } else {
      first = Long.parseLong(matcher.group(1));
      last = matcher.group(2).isEmpty() ? length - 1L : Long.parseLong(matcher.group(2));
      if (last < first && !matcher.group(2).isEmpty()) {
        return Optional.empty();
      }
    }
    if (first >= length || last < first) {
      throw new Refusal(
          416, "InvalidRange", "The requested range is not satisfiable: " + length + " bytes");
    }
    return Optional.of(new Range((int) first, (int) Math.min(last, length - 1L)));
  }

  int length() {
    return last - first + 1;
  }
}
