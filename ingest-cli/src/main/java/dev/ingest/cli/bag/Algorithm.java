package dev.ingest.cli.bag;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/** The checksum algorithms that manifests may be made by. All are read, and not all are proof. */
enum Algorithm {
  MD5("md5", "MD5", 16, false),
  SHA1("sha1", "SHA-1", 20, false),
  SHA224("sha224", "SHA-224", 28, false),
  SHA256("sha256", "SHA-256", 32, true),
  SHA384("sha384", "SHA-384", 48, true),
  SHA512("sha512", "SHA-512", 64, true);

  private final String bagName;
  private final String platformName;
  private final int bytes;
  private final boolean proof;

  Algorithm(String bagName, String platformName, int bytes, boolean proof) {
    this.bagName = bagName;
    this.platformName = platformName;
    this.bytes = bytes;
    this.proof = proof;
  }

  /** Finds an algorithm by its name in a manifest's file name. */
  static Optional<Algorithm> named(String bagName) {
    return Arrays.stream(values()).filter(one -> one.bagName.equals(bagName)).findFirst();
  }

  /** Returns the name that stands in the names of manifests. */
  String bagName() {
    return bagName;
  }

  /** Returns the length of a checksum in bytes. */
  int bytes() {
    return bytes;
  }

  /** Tells whether equal checksums prove equal bytes, also against who wants them to differ. */
  boolean isProof() {
    return proof;
  }

  MessageDigest begin() {
    try {
      return MessageDigest.getInstance(platformName);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(
          "this Java has no " + platformName + "; run on one that has", e);
    }
  }
}
