package dev.ingest.testkit.fault;

import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.testkit.fault.CallSite.Role;
import java.util.ArrayList;
import java.util.List;

/** A writer at whose calls things go wrong; each put has a writer of its own below. */
final class FaultingWriter implements ContentWriter {

  private final ContentStore store;
  private final ContentPrefix prefix;
  private final FaultGate gate;
  private final List<ContentWriter> puts = new ArrayList<>();
  private boolean failed;

  FaultingWriter(ContentStore store, ContentPrefix prefix, FaultGate gate) {
    this.store = store;
    this.prefix = prefix;
    this.gate = gate;
  }

  @Override
  public ContentStat put(ContentKey key, ContentBody body) {
    checkUsable();
    FaultGate.Pass pass = gate.enter(Role.WRITER, "put");
    Fault fault = pass.fault();
    if (fault instanceof Fault.FailBefore) {
      throw gate.failure(pass.site(), "failed before its effect");
    } else if (fault instanceof Fault.CrashBefore) {
      throw gate.crash(pass.site(), "before");
    } else if (fault instanceof Fault.StaleRead) {
      throw new IllegalArgumentException(pass.site() + " is no read that could be stale");
    } else if (fault instanceof Fault.Delay delay) {
      delay.before().run();
    }
    ContentStat stat = putBelow(key, body, pass);
    if (fault instanceof Fault.ReplyLost) {
      throw gate.failure(pass.site(), "reply lost");
    } else if (fault instanceof Fault.CrashAfter) {
      throw gate.crash(pass.site(), "after");
    } else if (fault instanceof Fault.Delay delay) {
      delay.after().run();
    }
    return stat;
  }

  private ContentStat putBelow(ContentKey key, ContentBody body, FaultGate.Pass pass) {
    if (pass.fault() instanceof Fault.Torn torn) {
      return putOnce(key, new TornBody(body, torn.kept(), gate.words(pass.site(), "torn")));
    } else if (pass.fault() instanceof Fault.Duplicate) {
      RecordedBody recorded = new RecordedBody(body);
      ContentStat stat = putOnce(key, recorded);
      putOnce(key, recorded.again());
      return stat;
    }
    return putOnce(key, body);
  }

  private ContentStat putOnce(ContentKey key, ContentBody body) {
    ContentWriter below = store.writer(prefix);
    puts.add(below);
    return below.put(key, body);
  }

  @Override
  public void commit() {
    checkUsable();
    failed = true;
    gate.runBatch(Role.WRITER, "commit", () -> commit(puts.size()), this::commit);
    failed = false;
    closeBelow();
  }

  private void commit(int kept) {
    for (ContentWriter put : FaultGate.first(puts, kept)) {
      put.commit();
    }
  }

  @Override
  public void close() {
    failed = true;
    closeBelow();
  }

  private void closeBelow() {
    puts.forEach(ContentWriter::close);
    puts.clear();
  }

  private void checkUsable() {
    if (failed) {
      throw new ContentException(
          store.name()
              + ": the writer of "
              + prefix
              + " was closed or its commit failed; open another writer and put the bytes again");
    }
  }
}
