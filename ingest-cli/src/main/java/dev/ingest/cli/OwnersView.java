package dev.ingest.cli;

import dev.ingest.core.report.OwnerPage;
import dev.ingest.core.report.OwnerStatus;
import dev.ingest.core.report.OwnerWord;
import dev.ingest.spi.SequenceId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Function;

/** What one owner may see, page by page, as lines or as one JSON object. For one use. */
final class OwnersView {

  private final Appendable out;
  private final boolean json;
  private boolean isFirst = true;
  private boolean needsPerson;

  OwnersView(Appendable out, boolean json) {
    this.out = out;
    this.json = json;
  }

  /** Writes all pages and returns the exit status. */
  int write(Function<Optional<SequenceId>, OwnerPage> pages) {
    OwnerPage page = pages.apply(Optional.empty());
    append(json ? "{\"owner\":\"" + page.owner() + "\",\"sequences\":[" : "");
    page.sequences().forEach(this::write);
    while (page.more()) {
      page = pages.apply(page.next());
      page.sequences().forEach(this::write);
    }
    append(json ? "]}\n" : "");
    return needsPerson ? ExitCodes.NEEDS_PERSON : ExitCodes.DONE;
  }

  private void write(OwnerStatus status) {
    needsPerson |=
        status.word() == OwnerWord.FAILED
            || status.word() == OwnerWord.LOST
            || status.word() == OwnerWord.DELAYED;
    if (json) {
      append((isFirst ? "" : ",") + status.toJson());
    } else {
      append(
          "%s  %s%s, accepted %s: %s\n"
              .formatted(
                  status.key().id(),
                  status.word(),
                  status.since().map(at -> " since " + at).orElse(""),
                  status.acceptedAt(),
                  status.word().text()));
    }
    isFirst = false;
  }

  private void append(String text) {
    try {
      out.append(text);
    } catch (IOException e) {
      throw new UncheckedIOException("the report could not be written: " + e.getMessage(), e);
    }
  }
}
