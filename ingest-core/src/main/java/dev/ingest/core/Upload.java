package dev.ingest.core;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An open upload session: takes items, and turns them into a receipt.
 *
 * <p>Bytes are stored and digested in one pass. Items become durable in groups, at the latest in
 * {@link #record()} or {@link #submit()}. Closing without submitting leaves the session open in the
 * ledger, and {@link Ingest#upload} of the same sequence resumes it where the last durable group
 * ended, also after a crash; a session that makes no progress for the configured time is abandoned.
 *
 * <p>For one thread at a time. A call that comes while another is under way is refused with a
 * {@link ConcurrentUseException} before anything is touched, and the one under way is not
 * disturbed. Only {@link #close} may come from any thread at any time, as when a request has taken
 * too long; {@link #recorded} and {@link #key} disturb nobody either.
 *
 * <p>Where the content store does not answer or takes no bytes, {@link #add}, {@link #record} and
 * {@link #submit} throw a {@link dev.ingest.spi.content.ContentException} that says what it said.
 * The upload takes nothing more then: close it and resume, now or when the store is back. What was
 * recorded by then is kept, and what was not is sent again.
 */
public interface Upload extends AutoCloseable {

  /**
   * Returns the sequence that is uploaded.
   *
   * @return the key
   */
  SequenceKey key();

  /**
   * Finds an item that an earlier part of this session made durable, so that it need not be sent
   * again.
   *
   * @param name the item's name
   * @return the item as recorded, or empty
   */
  Optional<ManifestItem> recorded(ItemName name);

  /**
   * Returns how many items a receipt would cover: those that earlier parts of this session
   * recorded, and those that were added since. Whoever takes a sequence as a whole compares it,
   * before {@link #submit()}, with how many were sent this time: what is more was left by another.
   *
   * @return the number of items
   * @throws UploadClosedException if this upload was closed
   */
  int count();

  /**
   * Adds an item. If an earlier part of this session recorded an item of this name, as before a
   * resumption, the bytes are compared with it instead of being stored again: by what is announced,
   * and only where that does not decide by reading them, no further than to the first that is too
   * many. The name of an item that this part added is taken, whether it is recorded or not.
   *
   * @param name the item's name
   * @param length its length if the sender announced one; other lengths are refused
   * @param digest its digest if the sender announced one; other bytes are refused
   * @param body its bytes; read to the end where they are stored, not closed
   * @return the item as it will stand in the manifest
   * @throws ItemRefusedException if the bytes are not as announced or as recorded, the name is
   *     taken, or a limit is passed; the upload goes on without the item
   * @throws QuotaExceededException if the owner's quota is spent; the upload goes on without the
   *     item
   * @throws UploadClosedException if the session was abandoned, accepted or resumed elsewhere, or
   *     bytes that it recorded are gone
   * @throws IOException if the body cannot be read; the upload goes on without the item
   */
  ManifestItem add(ItemName name, OptionalLong length, Optional<Digest> digest, InputStream body)
      throws IOException;

  /**
   * Adds a file's bytes.
   *
   * @param name the item's name
   * @param file the file; its length when opened counts as announced
   * @return this
   * @throws IOException if it cannot be read
   */
  default Upload add(ItemName name, Path file) throws IOException {
    try (InputStream body = Files.newInputStream(file)) {
      add(name, OptionalLong.of(Files.size(file)), Optional.empty(), body);
    }
    return this;
  }

  /**
   * Adds bytes in memory.
   *
   * @param name the item's name
   * @param bytes the bytes
   * @return this
   */
  default Upload add(ItemName name, byte[] bytes) {
    try {
      add(name, OptionalLong.of(bytes.length), Optional.empty(), new ByteArrayInputStream(bytes));
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory cannot fail to be read", e);
    }
    return this;
  }

  /**
   * Makes the items that were added so far durable and records them, so that a resumption of this
   * session finds them, also after a crash. For those to whom items come one by one, each in a
   * request of its own that is answered; otherwise groups are cheaper. Costs one barrier and one
   * commit if anything was added since the last time, and nothing if not.
   *
   * @throws UploadClosedException if the session was abandoned, accepted or resumed elsewhere, or
   *     bytes that it recorded are gone
   * @throws QuotaExceededException if the owner's quota is spent
   * @throws OutcomeUnknownException if the ledger's answer was lost: close and resume the upload
   */
  void record();

  /**
   * Makes everything durable and has it accepted. Repeating a submission of the same bytes under
   * the same id is safe in every state: see the table of resubmissions in the guide.
   *
   * @return the receipt; if the same bytes were accepted before, the receipt of that time
   * @throws SequenceConflictException if other bytes were accepted under this id
   * @throws ItemRefusedException if there are no items
   * @throws UploadClosedException if the session was abandoned, accepted or resumed elsewhere, or
   *     bytes that it recorded are gone, or an earlier part of it was sent to its end with others
   * @throws OutcomeUnknownException if the ledger's answer was lost: submit again, same id
   */
  Receipt submit();

  /**
   * Gives the session up: what was added is not to be submitted any more. It holds none of the
   * owner's quota from then on, and its bytes are swept. A session that was accepted is not touched
   * by it. Nothing can be added or submitted afterwards. Idempotent.
   *
   * <p>A resumption elsewhere that comes between this call's look at the session and its change is
   * given up with it: whoever resumed is refused with {@code UploadClosedException}, and begins
   * anew.
   *
   * @throws UploadClosedException if the session was seen to be resumed elsewhere: whoever did has
   *     it now
   * @throws OutcomeUnknownException if the ledger's answer was lost: the session may stay open, and
   *     is then given up like any other without progress
   */
  void abandon();

  /**
   * Ends the use of this object; an unsubmitted session stays open in the ledger. Idempotent.
   *
   * <p>May be called by any thread, and returns at once if a call of another is under way: that one
   * keeps what it uses until it leaves. An {@link #add} that stores an item gets an {@code
   * UploadClosedException} with the next bytes of its body, and waits for them until then: a body
   * that is silent is ended by whoever has its connection. If it had all of them, it returns as
   * usual, and the item is gone like any that was not recorded. {@link #record} and {@link #submit}
   * go on to their end, and their word counts: a receipt that came after the closing is a receipt.
   * Whoever closed and does not know may submit again under the same id.
   */
  @Override
  void close();
}
