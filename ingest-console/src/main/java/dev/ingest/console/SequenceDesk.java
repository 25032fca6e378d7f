package dev.ingest.console;

import dev.ingest.console.ConsoleAuthenticator.Actor;
import dev.ingest.console.ConsoleAuthenticator.Decision;
import dev.ingest.console.ConsoleAuthenticator.Refused;
import dev.ingest.core.ActRefusedException;
import dev.ingest.core.ActReport;
import dev.ingest.core.Acts;
import dev.ingest.core.Ingest;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Ledger;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Shows single sequences, and does what is decided about them. Thread-safe. */
final class SequenceDesk {

  private static final String FORM = "application/x-www-form-urlencoded";

  private final SequenceReader reader;
  private final Ingest ingest;
  private final Access access;
  private final LedgerThreads threads;

  SequenceDesk(Ledger ledger, Ingest ingest, Access access, LedgerThreads threads) {
    this.reader = new SequenceReader(ledger);
    this.ingest = ingest;
    this.access = access;
    this.threads = threads;
  }

  /** Shows the sequence that a query names, or those that it may mean. */
  Reply show(ConsoleRequest request, boolean json) {
    Fields fields = Fields.parse(request.query());
    SequenceId id = new SequenceId(fields.require("id"));
    Optional<OwnerId> owner = fields.find("owner").map(OwnerId::new);
    Optional<Long> after = fields.find("after").map(SequenceDesk::ordinal);
    List<Entry> found = threads.ask("sequence " + id, () -> reader.find(owner, id));
    if (found.isEmpty()) {
      return Console.problem(404, "the ledger has no such sequence", json);
    }
    if (found.size() > 1) {
      return json
          ? Reply.json(300, SequenceJson.choice(found))
          : Reply.html(200, OtherPages.choice(found));
    }
    Entry entry = found.get(0);
    SequenceView view = threads.ask("sequence " + id, () -> reader.view(entry, after));
    if (json) {
      return Reply.json(200, SequenceJson.of(view));
    }
    Decision decision = access.judge(request);
    Optional<SequencePage.Form> form =
        decision instanceof Actor actor ? Optional.of(form(actor, entry.key())) : Optional.empty();
    boolean canSignIn = decision instanceof Refused refused && refused.challenge().isPresent();
    return Reply.html(200, new SequencePage(view).document(canSignIn, form));
  }

  /** Does, or rehearses, what a form says. */
  Reply act(ConsoleRequest request) {
    if (!access.isActing()) {
      throw new BadRequestException(403, "this console is read-only");
    }
    access.requireOrigin(request);
    if (!request.header("Content-Type").filter(SequenceDesk::isForm).isPresent()) {
      throw new BadRequestException(415, "a form is sent as " + FORM);
    }
    Fields fields = read(request);
    SequenceKey key = SequenceKey.of(fields.require("owner"), fields.require("id"));
    Actor actor = access.requireActor(request, key, fields.find("token").orElse(""));
    String reason = fields.require("reason");
    Act act =
        Act.named(fields.require("act"))
            .orElseThrow(() -> new BadRequestException(400, "there is no such act"));
    boolean commit = fields.find("step").filter("commit"::equals).isPresent();
    try {
      Acts acts = ingest.acts(actor.name(), reason);
      ActReport report =
          threads.ask(
              act.title() + " of " + key, () -> act.about(commit ? acts : acts.rehearsal(), key));
      return commit
          ? Reply.seeOther(Sections.address(key))
          : Reply.html(200, OtherPages.rehearsal(act, report, reason, form(actor, key)));
    } catch (ActRefusedException e) {
      return Console.problem(409, Part.why(e), false);
    } catch (NoAnswerException e) {
      return Console.problem(
          Console.NO_ANSWER,
          Part.why(e) + ". Whether it took effect is not known: look at its history.",
          false);
    }
  }

  private SequencePage.Form form(Actor actor, SequenceKey key) {
    return new SequencePage.Form(actor, access.token(actor, key));
  }

  private static boolean isForm(String type) {
    return type.split(";", 2)[0].strip().equalsIgnoreCase(FORM);
  }

  private static Fields read(ConsoleRequest request) {
    try {
      return Fields.read(request.body());
    } catch (IOException e) {
      throw new BadRequestException(400, "the form could not be read");
    }
  }

  private static Long ordinal(String text) {
    try {
      long ordinal = Long.parseLong(text);
      if (ordinal >= 0) {
        return ordinal;
      }
    } catch (NumberFormatException e) {
      throw new BadRequestException(400, "\"after\" is the number of a row");
    }
    throw new BadRequestException(400, "\"after\" is the number of a row, 0 or more");
  }
}
