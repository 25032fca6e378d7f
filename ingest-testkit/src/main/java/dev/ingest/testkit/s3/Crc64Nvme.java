package dev.ingest.testkit.s3;

import java.util.zip.Checksum;

/** CRC-64/NVME: polynomial AD93D23594C93659, reflected, all ones before and after. */
final class Crc64Nvme implements Checksum {

  private static final long REFLECTED = 0x9A6C9329AC4BC9B5L;
  private static final long[] TABLE = table();

  private long register = -1;

  private static long[] table() {
    long[] table = new long[256];
    for (int i = 0; i < 256; i++) {
      long value = i;
      for (int bit = 0; bit < 8; bit++) {
        value = (value & 1) == 0 ? value >>> 1 : (value >>> 1) ^ REFLECTED;
      }
      table[i] = value;
    }
    return table;
  }

  @Override
  public void update(int value) {
    register = TABLE[(int) (register ^ value) & 0xff] ^ (register >>> 8);
  }

  @Override
  public void update(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      update(bytes[i]);
    }
  }

  @Override
  public long getValue() {
    return ~register;
  }

  @Override
  public void reset() {
    register = -1;
  }
}
