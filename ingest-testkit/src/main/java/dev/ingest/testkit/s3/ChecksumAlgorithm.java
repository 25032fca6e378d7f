package dev.ingest.testkit.s3;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** The checksums that S3 knows, under its names. */
enum ChecksumAlgorithm {
  CRC32,
  CRC32C,
  CRC64NVME,
  SHA1,
  SHA256;

  static Optional<ChecksumAlgorithm> named(String name) {
    return Stream.of(values()).filter(one -> one.name().equalsIgnoreCase(name)).findFirst();
  }

  byte[] raw(byte[] bytes) {
    return switch (this) {
      case CRC32 -> crc(new CRC32(), bytes, Integer.BYTES);
      case CRC32C -> crc(new CRC32C(), bytes, Integer.BYTES);
      case CRC64NVME -> crc(new Crc64Nvme(), bytes, Long.BYTES);
      case SHA1 -> digest("SHA-1", bytes);
      case SHA256 -> digest("SHA-256", bytes);
    };
  }

  String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(raw(bytes));
  }

  /** Whether the checksum of a whole can be told from those of its parts. */
  boolean spansParts() {
    return this == CRC32 || this == CRC32C || this == CRC64NVME;
  }

  String header() {
    return "x-amz-checksum-" + name().toLowerCase(Locale.ROOT);
  }

  String element() {
    return "Checksum" + name();
  }

  static byte[] md5(byte[] bytes) {
    return digest("MD5", bytes);
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] crc(Checksum computed, byte[] bytes, int size) {
    computed.update(bytes, 0, bytes.length);
    byte[] eight = ByteBuffer.allocate(Long.BYTES).putLong(computed.getValue()).array();
    return ByteBuffer.allocate(size).put(eight, Long.BYTES - size, size).array();
  }

  private static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(algorithm + " is missing from this Java", e);
    }
  }
}
