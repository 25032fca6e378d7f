package dev.ingest.store.jdbc.content;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * By whom a body is held: each chunk is read under the condition that this still holds it. The
 * number of a body is not enough. A server that took the place of another one and lacks what that
 * one committed last gives the same numbers out again, to the bodies of others.
 */
final class Holder {

  private static final String PART =
      "SELECT length(bytes), substr(bytes, ?, ?) FROM content_chunks"
          + " WHERE body = ? AND ordinal = ? AND EXISTS (SELECT 1 FROM ";

  /** The digest too, since a key that was lost may be given to other bytes. */
  private static final String OF_KEY =
      PART + "content_keys WHERE key = ? AND body = ? AND length = ? AND digest = ?)";

  private static final String OF_WRITER =
      PART + "content_loose WHERE body = ? AND writer = ? AND state = 'STAGED')";

  /** What is asked for each chunk. */
  static final List<String> STATEMENTS = List.of(OF_KEY, OF_WRITER);

  private final Body body;
  private final String text;
  private final List<Object> condition;

  private Holder(Body body, String text, List<Object> condition) {
    this.body = body;
    this.text = text;
    this.condition = condition;
  }

  static Holder key(ContentKey key, Body body, Digest digest) {
    return new Holder(
        body, OF_KEY, List.of(key.value(), body.id(), body.length(), digest.toBytes()));
  }

  /** A writer's name is never given out again. */
  static Holder writer(String writer, Body body) {
    return new Holder(body, OF_WRITER, List.of(body.id(), writer));
  }

  Body body() {
    return body;
  }

  /** The statement that reads a part of a chunk. */
  String text() {
    return text;
  }

  /** The values of that statement: the part begins with a byte, counted from 0. */
  Object[] values(int from, int count, int ordinal) {
    List<Object> values = new ArrayList<>();
    Collections.addAll(values, from + 1, count, body.id(), ordinal);
    values.addAll(condition);
    return values.toArray();
  }
}
