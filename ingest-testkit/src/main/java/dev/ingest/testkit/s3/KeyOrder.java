package dev.ingest.testkit.s3;

import java.util.Comparator;

/** Orders keys by their UTF-8 bytes, as S3 lists them. */
enum KeyOrder implements Comparator<String> {
  BY_BYTES;

  @Override
  public int compare(String one, String other) {
    int shared = Math.min(one.length(), other.length());
    for (int i = 0; i < shared; i++) {
      char left = one.charAt(i);
      char right = other.charAt(i);
      if (left != right) {
        return Character.compare(codePointRank(left), codePointRank(right));
      }
    }
    return Integer.compare(one.length(), other.length());
  }

  /** Moves surrogates, which stand for the greatest code points, behind all other characters. */
  private static char codePointRank(char character) {
    if (character < Character.MIN_SURROGATE) {
      return character;
    }
    return (char) (character + (character > Character.MAX_SURROGATE ? -0x800 : 0x2000));
  }
}
