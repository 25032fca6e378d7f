package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.PREFIX;
import static dev.ingest.testkit.Bodies.body;
import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A conflict in the background is of the key that was put, and of no other one. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WriterConflictTest {

  @Test
  void conflictOfOneKey_isNotToldByThePutOfAnotherButByTheCommit() {
    try (FaultyPlace place = FaultyPlace.opened();
        ContentWriter writer = place.store().writer(PREFIX)) {
      for (int i = 0; i <= S3ContentWriter.SINGLY + 1; i++) {
        writer.put(key("k" + i), body(bytes(100, i)));
      }
      store(place.store(), key("k7"), bytes(100, 70));
      place.server().rule(S3Rule.next(S3Operation.PUT_OBJECT, 1, new S3Fault.Hang()));
      writer.put(key("k7"), body(bytes(100, 7)));
      ContentException other =
          assertThrows(
              ContentException.class,
              () -> {
                for (int i = 0; true; i++) {
                  writer.put(key("m%09d".formatted(i)), body(bytes(100, i)));
                }
              });
      assertFalse(other instanceof ContentConflictException, other::toString);
      ContentConflictException conflict =
          assertThrows(ContentConflictException.class, writer::commit);
      assertTrue(conflict.toString().contains(key("k7").value()), conflict::toString);
      BelowProtocol.of(place).requireStored(key("k7"), bytes(100, 70));
    }
  }
}
